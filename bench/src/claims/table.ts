/** Findings as a table for a terminal, or for a page in Markdown. */
import type { Finding } from "./finding.ts"

const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...lines, line]
}

const titles = ["claim", "how", "asked", "measured", "verdict"]
const widths = [26, 38, 22, 46, 10]

const verdictOf = ({ verdict, why }: Finding): string => why === undefined ? verdict : `${verdict}: ${why}`

const row = (cells: ReadonlyArray<string>): string => {
  const wrapped = cells.map((cell, i) => wrap(cell, widths[i]!))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from(
    { length: height },
    (_, line) => wrapped.map((lines, i) => (lines[line] ?? "").padEnd(widths[i]!)).join(" │ ").trimEnd()
  ).join("\n")
}

const rule = widths.map((width) => "─".repeat(width)).join("─┼─")

/** What does not fit into its column is said on a line below: why a figure is corrected. */
const entry = (finding: Finding): string => {
  const { asked, claim, measured, method, verdict, why } = finding
  const cells = row([claim, method, asked, measured, verdict])
  return why === undefined ? cells : `${cells}\n${wrap(`↳ ${why}`, rule.length).join("\n  ")}`
}

export const terminal = (findings: ReadonlyArray<Finding>): string =>
  [row(titles), ...findings.map(entry)].join(`\n${rule}\n`)

const cell = (text: string): string => text.replaceAll("|", "\\|")

export const markdown = (findings: ReadonlyArray<Finding>): string =>
  [
    `| ${titles.join(" | ")} |`,
    `|${"---|".repeat(titles.length)}`,
    ...findings.map((finding) =>
      `| ${
        [finding.claim, finding.method, finding.asked, finding.measured, verdictOf(finding)].map(cell).join(" | ")
      } |`
    )
  ].join("\n")
