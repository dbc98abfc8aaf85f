# Rampart in a container: one binary, one unprivileged user, one volume.
#
#   docker build -t rampart .
#   docker run --rm -it -p 127.0.0.1:7267:7267 -e RAMPART_INSECURE_PLAINTEXT=true rampart
#
# Inside a container the listener is beyond loopback, and that needs TLS (RAMPART_TLS_CERT, RAMPART_TLS_KEY) or the
# operator's word that plain HTTP is meant: RAMPART_INSECURE_PLAINTEXT=true, with the port published on loopback or
# behind a proxy that ends TLS. The image does not give that word.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY migrations migrations
COPY benches benches
# The manifest names the tests; they are not built here.
COPY tests tests
COPY src src
# The caches keep crates and objects between builds; the binary is copied out of them.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --release --bin rampart \
    && cp target/release/rampart /usr/local/bin/rampart

FROM debian:bookworm-slim
# Root certificates, for a database whose certificate is verified against them.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin rampart \
    && install -d -o rampart -g rampart -m 0700 /var/lib/rampart
COPY --from=build /usr/local/bin/rampart /usr/local/bin/rampart
USER 10001:10001
WORKDIR /var/lib/rampart
ENV RAMPART_DATA_DIR=/var/lib/rampart \
    RAMPART_LISTEN=0.0.0.0:7267 \
    RAMPART_LOG_FORMAT=json
VOLUME /var/lib/rampart
EXPOSE 7267
STOPSIGNAL SIGTERM
# Plain HTTP: the answer of /healthz. With TLS: that the port takes connections (there is no TLS client in the image).
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${RAMPART_LISTEN##*:} || exit 1; [ -z \"$RAMPART_TLS_CERT\" ] || exit 0; printf 'GET /healthz HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3; read -r -t 3 line <&3; [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["rampart"]
CMD ["serve"]
