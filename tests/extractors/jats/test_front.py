from __future__ import annotations

import pytest

from extractors.jats import read, read_front
from schemas.article import Abstract, Article, Dates, Ids, Related
from tests.extractors.jats.samples import cite, front_of, jats


def ids_of(**given: str) -> Ids:
    meta = "".join(
        f'<article-id pub-id-type="{kind.replace("_", "-")}">{value}</article-id>'
        for kind, value in given.items()
    )
    return front_of(meta).ids


def test_ids_are_read_in_every_form() -> None:
    assert ids_of(pmcid="PMC12759138", pmcid_ver="PMC12759138.10", pmcaid="1", pmcaiid="2") == Ids(
        "PMC12759138", 10
    )
    assert ids_of(pmc="123", pmid="7", doi="10.1/x") == Ids("PMC123", None, 7, "10.1/x")
    for doi in ("https://doi.org/10.1/x", "http://dx.doi.org/10.1/x", "doi:10.1/x", "DOI: 10.1/x"):
        assert ids_of(doi=doi).doi == "10.1/x"
    assert ids_of(pmcid="123") == ids_of(pmc="PMC123") == Ids("PMC123")
    assert ids_of(pmcid_ver="PMC5.2") == Ids("PMC5", 2)
    assert ids_of(pmcaid="1", publisher_id="x", pmid="none") == Ids()
    version = '<article-version article-version-type="pmc-version">3</article-version>'
    assert front_of(
        f"<article-version-alternatives>{version}</article-version-alternatives>"
    ).ids == (Ids(version=3))


def test_numbers_too_long_to_be_one_are_none() -> None:
    nines = "9" * 9000
    assert ids_of(pmcid=nines, pmid=nines, pmcid_ver=f"PMC1.{nines}") == Ids()
    date = f"<day>{nines}</day><month>{nines}</month><year>{nines}</year>"
    assert front_of(f'<pub-date pub-type="epub">{date}</pub-date>').dates == Dates()


def test_ids_of_references_are_not_the_articles() -> None:
    back = '<back><ref-list><ref><pub-id pub-id-type="pmcid">PMC1</pub-id></ref></ref-list></back>'
    assert read(jats("<p>x</p>", back=back)).ids == Ids()


@pytest.mark.parametrize(
    ("date", "value"),
    [
        ("<day>3</day><month>2</month><year>2020</year>", "2020-02-03"),
        ("<day>03</day><month>Feb</month><year>2020</year>", "2020-02-03"),
        ("<month>September</month><year>2020</year>", "2020-09"),
        ("<season>Nov-Dec</season><year>2020</year>", "2020"),
        ("<month>Jan-Feb</month><year>2020</year>", "2020"),
        ("<day>3</day><year>2020</year>", "2020"),
        ("<day>31</day><month>2</month><year>2020</year>", "2020-02"),
        ("<month>13</month><year>2020</year>", "2020"),
        ("<month>2</month>", None),
        ("<string-date>Spring of 2020</string-date>", "2020"),
        ("<string-date><month>May</month> <year>2020</year></string-date>", "2020-05"),
        ("", None),
    ],
)
def test_a_date_says_no_more_than_it_was_given(date: str, value: str | None) -> None:
    assert front_of(f'<pub-date pub-type="epub">{date}</pub-date>').dates.epub == value


def test_dates_of_each_shape_find_their_place() -> None:
    year = "<year>20{}</year>"
    found = front_of(
        f'<pub-date pub-type="pmc-release">{year.format("01")}</pub-date>'
        f'<pub-date date-type="pub" publication-format="electronic">{year.format("11")}</pub-date>'
        f'<pub-date date-type="pub" publication-format="print">{year.format("12")}</pub-date>'
        f'<pub-date date-type="collection">{year.format("13")}</pub-date>'
        f'<history><date date-type="received">{year.format("14")}</date></history>'
        '<pub-history><event event-type="pmc-release"><date><year>2002</year></date></event>'
        '<event><date date-type="accepted" iso-8601-date="2015-01-02"/></event></pub-history>'
    ).dates
    assert found == Dates("2011", "2012", "2013", "2014", "2015-01-02")
    assert found.publication == "2011"
    both = front_of(f'<pub-date pub-type="epub-ppub">{year.format("11")}</pub-date>').dates
    assert (both.epub, both.ppub) == ("2011", "2011")
    bare = front_of(f"<pub-date>{year.format('26')}</pub-date>").dates
    assert (bare.unspecified, bare.publication) == ("2026", "2026")


CC = "https://creativecommons.org/licenses"


@pytest.mark.parametrize(
    ("markup", "licence"),
    [
        (f"<license><ali:license_ref> {CC}/by/4.0/ </ali:license_ref></license>", "CC BY"),
        (f"<ali:license_ref>{CC}/by-nc-nd/4.0/</ali:license_ref>", "CC BY-NC-ND"),
        (f"<ali:license_ref>{CC}/by-nd-nc/1.0/</ali:license_ref>", "CC BY-NC-ND"),
        (f'<license xlink:href="{CC}/by-sa/3.0"/>', "CC BY-SA"),
        (
            f'<license><p>See <ext-link xlink:href="{CC}/by-nc/4.0"/></p></license>',
            "CC BY-NC",
        ),
        ('<license license-type="CC BY"/>', "CC BY"),
        ('<license license-type="CC BY-ND-NC"/>', "CC BY-NC-ND"),
        ('<license license-type="ccbyncnd"/>', "CC BY-NC-ND"),
        ("<license><p>the Creative Commons Attribution License</p></license>", "CC BY"),
        (
            "<license><p>Creative Commons Attribution-NonCommercial-ShareAlike 4.0</p></license>",
            "CC BY-NC-SA",
        ),
        (
            "<license><p>Creative Commons Attribution Non‐Commercial No Derivatives</p></license>",
            "CC BY-NC-ND",
        ),
        ("<license><p>Creative Commons Attribution-NoDerivs</p></license>", "CC BY-ND"),
        ('<license xlink:href="https://creativecommons.org/publicdomain/zero/1.0/"/>', "CC0"),
        ("<license><p>This work is in the public domain.</p></license>", "CC0"),
        ("<license><p>You may text and data-mine the content</p></license>", "TDM"),
        (
            "<copyright-statement>2005, Creative Commons Attribution License</copyright-statement>",
            "CC BY",
        ),
        ("<license><p>All rights reserved.</p></license>", None),
        ("<copyright-statement>© The authors</copyright-statement>", None),
    ],
)
def test_a_licence_is_read_from_each_of_its_shapes(markup: str, licence: str | None) -> None:
    assert front_of(f"<permissions>{markup}</permissions>").licence == licence


def test_a_licence_is_read_from_pmcs_own_field() -> None:
    value = "<meta-name>pmc-license-ref</meta-name><meta-value>{}</meta-value>"
    group = f"<custom-meta-group><custom-meta>{value}</custom-meta></custom-meta-group>"
    assert front_of(group.format("CC BY-NC")).licence == "CC BY-NC"
    assert front_of(group.format("TDM")).licence == "TDM"


def test_licences_that_disagree_are_all_told_and_the_strictest_holds() -> None:
    found = front_of(
        f'<permissions><license xlink:href="{CC}/by/4.0/"><license-p>Creative Commons Attribution '
        "Non-Commercial License</license-p></license></permissions>"
    )
    assert (found.licence, found.licences) == ("CC BY-NC", ("CC BY-NC", "CC BY"))


def test_a_waiver_for_the_data_is_no_licence_of_the_article() -> None:
    zero = "https://creativecommons.org/publicdomain/zero/1.0/"
    found = front_of(
        f'<permissions><license xlink:href="{CC}/by/4.0/"><license-p>The waiver ({zero}) applies '
        "to the data.</license-p></license></permissions>"
    )
    assert found.licences == ("CC BY",)


@pytest.mark.parametrize(
    "meta",
    [
        '<related-article related-article-type="retraction-forward" xlink:href="10.1/r"/>',
        "<title-group><article-title>RETRACTED: A case</article-title></title-group>",
        "<title-group><article-title>[Retracted] A case</article-title></title-group>",
        "<title-group><article-title>WITHDRAWN: A case</article-title></title-group>",
        '<related-object link-type="retraction" xlink:href="10.1/r"/>',
        '<related-object document-type="retraction-forward" document-id="r"/>',
        "<custom-meta-group><custom-meta><meta-name>pmc-prop-is-retracted</meta-name>"
        "<meta-value>yes</meta-value></custom-meta></custom-meta-group>",
    ],
)
def test_a_retraction_is_seen_in_each_of_its_shapes(meta: str) -> None:
    assert front_of(meta).retracted
    assert read_front(jats(meta=meta)).retracted


def test_other_links_and_titles_retract_nothing() -> None:
    assert front_of("", kind="retraction").retracted
    assert not front_of("").retracted
    link = '<related-article related-article-type="corrected-article" xlink:href="10.1/c"/>'
    found = front_of(
        link + "<title-group><article-title>Retraction of the clot</article-title></title-group>"
    )
    assert not found.retracted
    assert found.related == (Related("corrected-article", "10.1/c"),)


def test_title_abstracts_and_the_rest_of_the_front() -> None:
    found = read(
        f"""<article xmlns:xlink="x" article-type="case-report" xml:lang="en"><front><journal-meta>
        <journal-title-group><journal-title>J Cases</journal-title></journal-title-group>
        </journal-meta><article-meta><article-categories><subj-group><subject>Case</subject>
        <subj-group><subject>Lung</subject><subject>Case</subject></subj-group></subj-group>
        </article-categories><title-group><article-title>A <italic>rare</italic> case
        <xref ref-type="fn">*</xref></article-title><subtitle>Its end</subtitle></title-group>
        <contrib-group><contrib contrib-type="author"><name><surname>Lee</surname>
        <given-names>Ann</given-names></name></contrib><contrib contrib-type="editor"><name>
        <surname>No</surname></name></contrib><contrib><collab>The Group<contrib-group><contrib>
        <name><surname>No</surname></name></contrib></contrib-group></collab></contrib>
        </contrib-group><contrib-group content-type="editor"><contrib><name><surname>No</surname>
        </name></contrib></contrib-group><abstract abstract-type="teaser"><p>Look!</p></abstract>
        <abstract><title>Abstract</title><sec><title>Background</title><p>Rare {cite()}.</p></sec>
        </abstract><trans-abstract xml:lang="fr"><p>Un cas.</p></trans-abstract>
        <kwd-group><kwd>lung</kwd></kwd-group></article-meta></front></article>""".encode()
    )
    assert (found.title, found.journal, found.language) == ("A rare case: Its end", "J Cases", "en")
    assert found.abstract == "Background\n\nRare."
    assert found.other_abstracts == (
        Abstract("teaser", None, "Look!"),
        Abstract("translation", "fr", "Un cas."),
    )
    assert found.authors == ("Ann Lee", "The Group")
    assert (found.subjects, found.keywords) == (("Case", "Lung"), ("lung",))


def test_of_two_abstracts_the_one_in_the_articles_language_is_the_abstract() -> None:
    def read_in(language: str, *abstracts: str) -> Article:
        meta = "".join(abstracts)
        return read(
            jats(meta=meta).replace(b"<article ", b'<article xml:lang="%s" ' % language.encode())
        )

    spanish = '<abstract xml:lang="es"><p>Un caso.</p></abstract>'
    english = '<abstract xml:lang="en-GB"><p>A case.</p></abstract>'
    untold = "<abstract><p>More.</p></abstract>"
    for told in (read_in("en", spanish, english), front_of(spanish + english)):
        assert told.abstract == "A case."
        assert told.other_abstracts == (Abstract("translation", "es", "Un caso."),)
    assert read_in("es", english, spanish).abstract == "Un caso."
    assert read_in("en", english, untold).other_abstracts == (Abstract("abstract", None, "More."),)


def test_authors_are_told_by_type_in_any_case_and_named_by_what_is_there() -> None:
    names = "<name><surname>{}</surname><given-names>{}</given-names></name>"
    assert front_of(
        f'<contrib-group content-type="Authors"><contrib contrib-type="Author">'
        f"{names.format('Gunadi', '')}</contrib><contrib contrib-type='Editor'>"
        f"{names.format('Lee', 'Ann')}</contrib></contrib-group>"
    ).authors == ("Gunadi",)
