/** Writes the files of `packages/server/monitoring` from the catalogue: `npm run monitoring`. */
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"
import * as TtlPolicy from "@smart-cache/core/TtlPolicy"
import * as GoldenHour from "@smart-cache/football/GoldenHour"
import { writeFileSync } from "node:fs"
import { stringify } from "yaml"
import * as Alerts from "../src/monitoring/Alerts.ts"
import * as Grafana from "../src/monitoring/Grafana.ts"
import * as AlertTests from "./alertTests.ts"
import { table } from "./metricsTable.ts"

export const folder = new URL("../monitoring/", import.meta.url)

const made =
  "# Made by `npm run monitoring` from the catalogue of metrics; changes belong in packages/server/src/monitoring.\n"

/** In one line each: expressions and sentences are looked for as they stand. */
const yaml = (data: unknown): string => made + stringify(data, { lineWidth: 0, aliasDuplicateObjects: false })

/** The files by name; the dashboard has the zones of the golden hour. */
export const files = (): Readonly<Record<string, string>> => {
  const catalogue = CacheCatalogue.catalogue(TtlPolicy.zoneNames(GoldenHour.policy))
  return {
    "grafana.json": `${JSON.stringify(Grafana.dashboard(catalogue), undefined, 2)}\n`,
    "METRICS.md": table(catalogue),
    "alerts.yml": yaml(Alerts.file()),
    "alerts.test.yml": yaml(AlertTests.file(Alerts.rules()))
  }
}

if (import.meta.main) {
  for (const [name, text] of Object.entries(files())) writeFileSync(new URL(name, folder), text)
}
