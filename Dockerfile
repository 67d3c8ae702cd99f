# Three stages: the page with the map, what building needs, and only what running needs.
FROM node:22-bookworm-slim AS page
WORKDIR /app/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY web ./
RUN npm run build

FROM python:3.11-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.8
WORKDIR /app
# The packages first: they change seldom, and this layer is kept until they do.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY src src
COPY --from=page /app/src/trygghetskarta/api/page src/trygghetskarta/api/page
COPY migrations migrations
COPY data/sample data/sample
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="trygghetskarta" \
      org.opencontainers.image.description="Brott och trygghet på karta: händelser per basområde, stadsdel och stadsdelsområde, som karta, tabell och kurva." \
      org.opencontainers.image.licenses="MIT"
# A number, not only a name, so that a cluster can see that it is not root.
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin trygghetskarta
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /app
EXPOSE 8000
# http.client and not urllib: a proxy in the environment must not be asked about this machine.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=3); c.request('GET', '/live'); sys.exit(c.getresponse().status != 200)"]
CMD ["trygghetskarta", "serve", "--host", "0.0.0.0", "--port", "8000"]
