# One image for every process; docker-compose.yml says which command each runs.
FROM python:3.11-slim-bookworm AS build
ENV UV_PROJECT_ENVIRONMENT=/opt/venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir 'uv>=0.8'
WORKDIR /src
COPY pyproject.toml uv.lock ./
# Without the default group: the servers come from images of their own here.
RUN uv sync --locked --no-default-groups --no-cache

FROM python:3.11-slim-bookworm
# WeasyPrint's libraries, and fonts that have every letter of our languages.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin demarc \
    # A volume laid over it takes its owner from here.
    && install -d -o demarc -g demarc -m 0700 /var/lib/demarc/files
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/demarc
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    FILES_DIR=/var/lib/demarc/files \
    STATIC_ROOT=/srv/static
# Settings want addresses and a key; gathering static files uses none of them.
RUN SECRET_KEY=only-for-this-step PORTAL_ROLE=portal_app \
    DATABASE_URL=postgresql://none/none VALKEY_URL=redis://none \
    python manage.py collectstatic --noinput --verbosity 0
USER demarc
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4", "--workers-kill-timeout", "10", "portal.wsgi:application"]
