# docker build -t waypost --build-arg VERSION="$(git describe --tags --always --dirty)" .
# docker run -p 8080:8080 -v waypost:/state waypost
FROM golang:1.26 AS build
WORKDIR /src
# The modules are a layer of their own: an edit does not fetch them again.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What `waypost version` tells: the history stays outside.
ARG VERSION
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/waypost ./cmd/waypost \
 && mkdir /out/state

# Nothing but the static binary, and the authorities it checks servers by.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/waypost /waypost
# A new volume takes its owner from here; the signing identity is kept in it.
COPY --from=build --chown=65532:65532 /out/state /state
USER 65532:65532
VOLUME /state
EXPOSE 8080
ENTRYPOINT ["/waypost"]
CMD ["serve", "--listen", "0.0.0.0:8080", "--state", "/state"]
# The program gives up after 5 seconds itself, and says why.
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s \
  CMD ["/waypost", "healthcheck", "--listen", "0.0.0.0:8080"]
