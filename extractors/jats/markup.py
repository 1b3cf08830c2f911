"""What each tag of JATS means to a reader of the text."""

from __future__ import annotations

from enum import IntEnum, auto

from lxml import etree

MATHML = "{http://www.w3.org/1998/Math/MathML}"


class Role(IntEnum):
    """How the words of an element stand to the words around it."""

    INLINE = auto()
    SUPERSCRIPT = auto()
    CROSS_REFERENCE = auto()
    BREAK = auto()
    FORMULA = auto()
    ENTITY = auto()
    HIDDEN = auto()
    SECTION = auto()
    TITLE = auto()
    LABEL = auto()
    BLOCK = auto()
    LIST = auto()
    QUOTE = auto()
    BOX = auto()
    ALTERNATIVES = auto()
    FOOTNOTE = auto()
    FIGURE = auto()
    TABLE = auto()
    DISPLAY_FORMULA = auto()
    SUPPLEMENT = auto()
    REFERENCES = auto()
    OTHER_ARTICLE = auto()


_TAGS = {
    Role.INLINE: """
        bold italic underline overline roman sans-serif serif sc monospace strike sub
        named-content styled-content ext-link uri email abbrev fixed-case x
        inline-supplementary-material related-article related-object private-char chem-struct
        milestone-start milestone-end target institution country city addr-line surname given-names
        name string-name collab prefix suffix degrees role award-id funding-source date day month
        year season trans-title ruby rb rp volume issue fpage lpage source article-title
        contrib-id institution-wrap phone fax price roman-numeral long-desc-ref num""",
    Role.SUPERSCRIPT: "sup",
    Role.CROSS_REFERENCE: "xref",
    Role.BREAK: "break hr",
    Role.FORMULA: f"inline-formula {MATHML}math tex-math math",
    Role.HIDDEN: """
        alt-text long-desc object-id index-term index-term-range-end permissions graphic
        inline-graphic sec-meta kwd-group counts processing-meta textual-form
        alt-title copyright-statement copyright-year license rt subj-group""",
    Role.SECTION: "sec",
    Role.TITLE: "title subtitle",
    Role.LABEL: "label",
    Role.BLOCK: """
        p list-item def-item term def term-head def-head verse-group verse-line speech speaker
        statement fn-group preformat code attrib caption body abstract trans-abstract ack app
        app-group glossary notes sig-block sig question question-wrap question-wrap-group
        question-preamble answer answer-set explanation option block-alternatives address bio toc
        floats-group back tr td th tbody thead tfoot front-stub""",
    Role.LIST: "list def-list",
    Role.QUOTE: "disp-quote",
    Role.BOX: "boxed-text",
    Role.ALTERNATIVES: "alternatives",
    Role.FOOTNOTE: "fn",
    Role.FIGURE: "fig fig-group chem-struct-wrap chem-struct-wrapper",
    Role.TABLE: "table-wrap table-wrap-group table array table-wrap-foot",
    Role.DISPLAY_FORMULA: "disp-formula disp-formula-group",
    Role.SUPPLEMENT: "supplementary-material media inline-media",
    Role.REFERENCES: """
        ref-list ref mixed-citation element-citation nlm-citation citation citation-alternatives""",
    Role.OTHER_ARTICLE: "sub-article response",
}

# lxml gives comments, instructions and entities a function for a tag.
ROLES: dict[object, Role] = {tag: role for role, tags in _TAGS.items() for tag in tags.split()} | {
    etree.Comment: Role.HIDDEN,
    etree.ProcessingInstruction: Role.HIDDEN,
    etree.Entity: Role.ENTITY,
}

ASIDE = frozenset(
    (
        Role.HIDDEN,
        Role.FIGURE,
        Role.TABLE,
        Role.DISPLAY_FORMULA,
        Role.SUPPLEMENT,
        Role.REFERENCES,
        Role.OTHER_ARTICLE,
    )
)
