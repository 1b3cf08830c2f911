# Any image with Debian's tools and Python 3.11 or newer at `python`.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
# What is depended on is installed anew only when this file changes.
COPY requirements-run.txt ./
RUN pip install --quiet --no-deps --require-hashes --requirement requirements-run.txt
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY extractors extractors
COPY flows flows
RUN pip install --quiet --no-deps --editable . && pip uninstall --quiet --yes pip setuptools

FROM ${BASE}
LABEL org.opencontainers.image.title="casebook" org.opencontainers.image.licenses="MIT"
RUN useradd --uid 1000 --create-home casebook \
    && install --directory --owner casebook /app/data/build /app/data/store
WORKDIR /app
COPY --from=built /opt/venv /opt/venv
COPY data/sample data/sample
COPY --from=built /app ./
COPY prefect.yaml ./
ENV PATH=/opt/venv/bin:$PATH \
    CASEBOOK_CALLS=/app/data/store/calls.sqlite \
    DO_NOT_TRACK=1 \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    PREFECT_WORKER_WEBSERVER_HOST=127.0.0.1 \
    PREFECT_WORKER_WEBSERVER_PORT=8080 \
    PYTHONUNBUFFERED=1
USER casebook
VOLUME ["/app/data/build", "/app/data/store"]
# A worker answers on its port while it looks for work; a single command is healthy while it runs.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s \
    CMD ["python", "-m", "flows.runtime.health"]
ENTRYPOINT ["casebook"]
CMD ["build", "--sample"]
