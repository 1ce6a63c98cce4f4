import { join } from "node:path"
import { defineConfig } from "vitest/config"

// Vitest does not discover this file: every script passes `--config vitest.workspace.ts`.
const conditions = ["@smart-cache/source"]

/** For tests that start a Redis: makes sure that there is one. */
const withServer = [join(import.meta.dirname, "packages/redis/test/globalSetup.ts")]

/** For tests that start a Prometheus. */
const withPrometheus = join(import.meta.dirname, "packages/server/test/monitoring/globalSetup.ts")

/** For tests in a browser: makes sure that there is one, and builds the dashboard. */
const withBrowser = join(import.meta.dirname, "packages/server/test/browser/globalSetup.ts")

const project = (name: string, root: string, globalSetup: ReadonlyArray<string> = []) => ({
  extends: true as const,
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { name, root, include: ["test/**/*.test.ts"], testTimeout: 60_000, globalSetup: [...globalSetup] }
})

export default defineConfig({
  test: {
    projects: [
      project("core", "packages/core"),
      project("redis", "packages/redis", withServer),
      project("football", "packages/football"),
      project("server", "packages/server", [...withServer, withPrometheus, withBrowser]),
      project("lab", "packages/lab", withServer),
      project("examples", "examples", withServer),
      project("bench", "bench")
    ]
  }
})
