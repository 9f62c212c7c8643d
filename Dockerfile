# The service alone: no tests, no compilers, not root. Data lives in the volume /srv/iwmo/data.
#   docker build -t iwmo . && docker network create --subnet 172.30.0.0/24 iwmo
#   docker run --network iwmo -p 127.0.0.1:8000:8000 -e IWMO_TRUSTED_PROXIES='["172.30.0.1/32"]' -v iwmo-data:/srv/iwmo/data iwmo
# 172.30.0.1 is the host, where the proxy with TLS runs. A proxy in a container: give it an address of its own (--ip) and
# name that. Whoever is named says from where a request comes: of a whole network every container on it could.

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
# A container listens to its host: put a proxy with TLS in front and name its address in IWMO_TRUSTED_PROXIES.
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
