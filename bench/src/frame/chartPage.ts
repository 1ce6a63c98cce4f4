/** Pictures without a browser, and the page that shows them. */
import * as echarts from "echarts"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export interface Picture {
  /** Of its file and its place in the page. */
  readonly name: string
  readonly title: string
  readonly svg: string
  /** Said below it. */
  readonly lines: ReadonlyArray<string>
}

/** Draws on the server side. */
export const svg = (option: echarts.EChartsOption, width: number, height: number): string => {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height })
  try {
    chart.setOption({ animation: false, backgroundColor: "#fff", ...option })
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }
const escaped = (text: string): string => text.replace(/[&<>]/g, (char) => escapes[char]!)

const style =
  `body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1rem; max-width: 1200px; color: #222 }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(560px, 1fr)); gap: 2rem }
figure { margin: 0 } svg { max-width: 100%; height: auto } figcaption p { margin: .2rem 0; font-size: 12px }`

const figure = ({ lines, svg, title }: Picture): string =>
  `<figure><h2>${escaped(title)}</h2>${svg}<figcaption>${
    lines.map((line) => `<p>${escaped(line)}</p>`).join("")
  }</figcaption></figure>`

/** Writes one SVG for each picture and `NAME.html` with all of them; gives the page's path. */
export const writePage = (dir: string, name: string, title: string, pictures: ReadonlyArray<Picture>): string => {
  mkdirSync(dir, { recursive: true })
  for (const picture of pictures) writeFileSync(join(dir, `${name}-${picture.name}.svg`), picture.svg)
  const path = join(dir, `${name}.html`)
  const head = `<meta charset="utf-8"><title>${escaped(title)}</title><style>${style}</style>`
  writeFileSync(
    path,
    `<!doctype html><html lang="en">${head}<h1>${escaped(title)}</h1><main>${
      pictures.map(figure).join("")
    }</main></html>\n`
  )
  return path
}
