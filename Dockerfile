# Two images: the portal (web, workers, beat and relay differ by command) and the proxy before it, which
# holds the static files (docker-compose.yml).

FROM node:20-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
# Of the fonts, the two weights that guandu.documents.pdf uses.
RUN npm ci --ignore-scripts --no-audit --no-fund \
    && find node_modules/@expo-google-fonts -name "*.ttf" ! -name "*_400Regular.ttf" ! -name "*_700Bold.ttf" -delete

FROM python:3.11-slim AS portal
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-noto-cjk poppler-utils \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/guandu --create-home guandu \
    && install -d -o guandu -m 700 /var/lib/guandu /var/lib/guandu-anchors
WORKDIR /app
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY . .
COPY --from=assets /app/node_modules ./node_modules
ENV GUANDU_ENV=production VAR_DIR=/var/lib/guandu AUDIT_ANCHOR_DIR=/var/lib/guandu-anchors \
    DJANGO_SETTINGS_MODULE=guandu.settings
# Settings load with secrets made for this one command and forgotten.
RUN python -m scripts.catalogues \
    && python -m scripts.throwaway collectstatic --noinput \
    && find node_modules -mindepth 1 -maxdepth 1 ! -name "@expo-google-fonts" -exec rm -rf {} +
USER guandu
EXPOSE 8000
CMD ["gunicorn", "-c", "python:guandu.gunicorn_config", "guandu.wsgi"]

FROM nginx:1.28-alpine AS proxy
COPY docker/nginx/nginx.conf /etc/nginx/nginx.conf
COPY docker/nginx/web.conf docker/nginx/own.conf docker/nginx/answers.conf /etc/nginx/portal/
COPY docker/nginx/pages /srv/pages
COPY --from=portal /app/staticfiles /srv/static
ENTRYPOINT ["nginx", "-g", "daemon off;"]
