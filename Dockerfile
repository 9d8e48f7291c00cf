# One image for web, worker, beat and relay; what differs is the command (docker-compose.yml).

FROM node:20-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS portal
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/guandu --create-home guandu
WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY . .
COPY --from=assets /app/node_modules ./node_modules
ENV GUANDU_ENV=production VAR_DIR=/var/lib/guandu DJANGO_SETTINGS_MODULE=guandu.settings
# The values only let settings load while static files are collected; none stays in the image.
RUN python -m scripts.catalogues \
    && SECRET_KEY=collectstatic DATABASE_URL=postgres://build@localhost/build \
       REDIS_URL=redis://localhost/0 ALLOWED_HOSTS=localhost \
       python manage.py collectstatic --noinput \
    && rm -rf node_modules \
    && chown -R guandu /var/lib/guandu
USER guandu
EXPOSE 8000
CMD ["gunicorn", "guandu.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--worker-class", "gthread", "--threads", "8", "--no-control-socket"]
