# The gateway alone: no sandbox, no tests, no development packages, no compiler.
# Configuration is mounted, never baked in:
#   docker run --read-only --tmpfs /tmp -v ./config:/etc/varco:ro -v varco-state:/var/lib/varco -p 7000:7000 -p 7003:7003 varco
# In a container the listeners of gateway.yaml are ":7000" and so on: 127.0.0.1 would be the container alone.

FROM node:26-slim AS packages
WORKDIR /opt/varco
COPY package.json package-lock.json .npmrc ./
# the image brings Node itself, so the runtimes among the optional packages stay out
RUN npm ci --omit=dev --omit=optional

FROM node:26-slim
ENV NODE_ENV=production
# where the operations listener of your gateway.yaml answers, seen from inside
ENV VARCO_HEALTH_URL=http://127.0.0.1:7001/livez
WORKDIR /opt/varco
COPY --from=packages /opt/varco/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY views views
COPY src src
# a named volume takes over the owner of the folder that it covers
RUN install -d -o node -g node -m 0700 /var/lib/varco
USER node
VOLUME /var/lib/varco
EXPOSE 7000 7003
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(process.env.VARCO_HEALTH_URL).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# without a shell in between: SIGTERM reaches the gateway, which drains
ENTRYPOINT ["node", "bin/varco.mjs"]
CMD ["start", "--config", "/etc/varco/gateway.yaml"]
