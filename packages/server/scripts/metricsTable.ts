/** The catalogue for people. */
import * as CacheCatalogue from "@smart-cache/core/CacheCatalogue"

const head = `# Metrics

Made by \`npm run monitoring\` from \`CacheCatalogue\`. The first name is that of the JSON, of Effect's registry and of
OTLP, the second that of Prometheus. Families are what a reset is of; counters of exporters never go back.
`

const row = (definition: CacheCatalogue.Definition): string => {
  const { help, name, type, unit } = definition
  const labels = definition.type === "histogram" ? ` by ${definition.label}` : ""
  return `| \`${name}\` | \`${CacheCatalogue.prometheusName(definition)}\` | ${type}${labels} | ${unit} | ${help} |`
}

const family = (name: CacheCatalogue.Family, catalogue: ReadonlyArray<CacheCatalogue.Definition>): string =>
  [
    `## ${name}`,
    "",
    "| name | Prometheus | type | unit | is |",
    "|---|---|---|---|---|",
    ...catalogue.filter((each) => each.family === name).map(row),
    ""
  ].join("\n")

/** The catalogue as Markdown, a table for each family. */
export const table = (catalogue: ReadonlyArray<CacheCatalogue.Definition>): string =>
  [head, ...CacheCatalogue.families.map((name) => family(name, catalogue))].join("\n")
