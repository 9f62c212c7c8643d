# The service alone: no tests, no compilers, not root. Data lives in the volume /srv/iwmo/data.
#   docker build -t iwmo . && docker run -p 127.0.0.1:8000:8000 -e IWMO_TRUSTED_PROXIES='["172.16.0.0/12"]' -v iwmo-data:/srv/iwmo/data iwmo

FROM python:3.12-slim AS build
WORKDIR /srv/iwmo
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . ./
# Editable, so that the program finds schemas/ and migrations/ beside it, as in a checkout.
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
    && .venv/bin/python -m compileall -q app

FROM python:3.12-slim
# A container listens to its host: put a proxy with TLS in front and name its network in IWMO_TRUSTED_PROXIES.
ENV PYTHONUNBUFFERED=1 IWMO_LOG_FORMAT=json PATH=/srv/iwmo/.venv/bin:$PATH
WORKDIR /srv/iwmo
RUN useradd --system --uid 10001 --no-create-home iwmo && install -d -o iwmo -g iwmo data
COPY --from=build /srv/iwmo ./
USER 10001
VOLUME /srv/iwmo/data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["iwmo"]
CMD ["serve", "--host", "0.0.0.0"]
