import { defineConfig } from "vitest/config"

// Vitest does not discover this file: every script passes `--config vitest.workspace.ts`.
const conditions = ["@smart-cache/source"]

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
      project("redis", "packages/redis", ["test/globalSetup.ts"]),
      project("football", "packages/football"),
      project("lab", "packages/lab"),
      project("examples", "examples")
    ]
  }
})
