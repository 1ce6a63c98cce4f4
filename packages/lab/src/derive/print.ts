import type { DayFigures, Fixture } from "../DayFigures.ts"

/** The figures as a module, laid out as the formatter leaves it and one match a block, so that a change shows in a diff. */
export const print = (figures: DayFigures): string =>
  [
    `/** Derived by \`derive/main.ts\` from real data, see \`sources\`; do not edit. */`,
    `import type { DayFigures } from "../DayFigures.ts"`,
    ``,
    `export const matchDay: DayFigures = {`,
    `  date: ${literal(figures.date)},`,
    `  sources: {`,
    ...separated(Object.entries(figures.sources).map(([name, source]) => long(name, literal(source)))),
    `  },`,
    `  shared: ${object(figures.shared, "  ")},`,
    `  fixtures: [`,
    ...separated(figures.fixtures.map(fixture)),
    `  ],`,
    `  odds: ${object(figures.odds, "  ")},`,
    `  news: ${object(figures.news, "  ")}`,
    `}`,
    ``
  ].join("\n")

const literal = (value: unknown): string => JSON.stringify(value)

const separated = (blocks: ReadonlyArray<string>): ReadonlyArray<string> =>
  blocks.map((block, index) => index < blocks.length - 1 ? `${block},` : block)

/** The formatter gives a value that passes the line's end a line of its own. */
const long = (name: string, value: string): string => {
  const line = `    ${name}: ${value}`
  return line.length < 120 ? line : `    ${name}:\n      ${value}`
}

const fixture = ({ kickoff, ...facts }: Fixture): string =>
  [
    `    {`,
    ...separated([
      ...Object.entries(facts).map(([name, value]) => `      ${name}: ${inline(value)}`),
      `      kickoff: Date.parse(${literal(new Date(kickoff).toISOString())})`
    ]),
    `    }`
  ].join("\n")

/** An object over several lines; what is inside an array stays on one. */
const object = (value: object, indent: string): string => {
  const fields = Object.entries(value).map(([name, field]) => {
    const inner = `${indent}  `
    if (Array.isArray(field)) return `${inner}${name}: [\n${elements(field, inner)}\n${inner}]`
    return `${inner}${name}: ${typeof field === "object" ? object(field as object, inner) : literal(field)}`
  })
  return `{\n${separated(fields).join("\n")}\n${indent}}`
}

const elements = (values: ReadonlyArray<unknown>, indent: string): string =>
  separated(values.map((value) => `${indent}  ${inline(value)}`)).join("\n")

const inline = (value: unknown): string =>
  Array.isArray(value)
    ? `[${value.map(inline).join(", ")}]`
    : typeof value === "object" && value !== null
    ? `{ ${Object.entries(value).map(([name, field]) => `${name}: ${literal(field)}`).join(", ")} }`
    : literal(value)
