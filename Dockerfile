# docker build -t netstep . && docker run --rm -p 8080:8080 netstep
# Runs read-only, without capabilities and without root:
#   docker run --rm -p 8080:8080 --read-only --tmpfs /tmp --cap-drop=ALL --security-opt=no-new-privileges netstep
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
        gcc libc6-dev make pkg-config libmicrohttpd-dev libwebsockets-dev libjansson-dev libmd4c-dev \
        zlib1g-dev libssl-dev nodejs npm ca-certificates
WORKDIR /src
COPY web/package.json web/package-lock.json web/.npmrc web/
RUN cd web && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.ready
COPY . .
RUN make -j2 program && strip build/netstep

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
        libmicrohttpd12 libwebsockets17 libjansson4 libmd4c0 zlib1g libssl3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin netstep
COPY --from=build /src/build/netstep /usr/bin/netstep
COPY --from=build /src/lessons /usr/share/netstep/lessons
USER 10001
WORKDIR /tmp
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r line <&3 && [[ $line == *' 200 '* ]]"]
ENTRYPOINT ["netstep"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--lessons", "/usr/share/netstep/lessons"]
