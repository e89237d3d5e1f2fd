# The build stage's steps are what the package test runs; keep them so that they run in any clean checkout.
# Optional packages stay in: esbuild's program is one, and the build fails without it. None of them reaches the image.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build --chown=root:root /app/dist ./
COPY --from=build --chown=root:root /app/runbook.yaml ./
USER 65532:65532
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# a young generation of its usual size is emptied in pauses that a click would feel while thousands of pods are read
CMD ["node", "--max-semi-space-size=8", "main.mjs"]
