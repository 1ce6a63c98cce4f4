/** The little of SVG that a picture needs. */

export type Attributes = Readonly<Record<string, string | number>>

/** Markup that is already safe. */
export interface Node {
  readonly markup: string
}

/** Text for element content and attribute values; characters that XML 1.0 cannot hold are left out. */
export const escape = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are the characters to be removed
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;")

/** Numbers to two decimals: a hundredth of a pixel. */
const value = (attribute: string | number): string =>
  typeof attribute === "number" ? String(Math.round(attribute * 100) / 100) : escape(attribute)

export const element = (name: string, attributes: Attributes, ...children: ReadonlyArray<Node | string>): Node => {
  const written = Object.entries(attributes).map(([key, attribute]) => ` ${key}="${value(attribute)}"`).join("")
  const inner = children.map((child) => typeof child === "string" ? escape(child) : child.markup).join("")
  return { markup: inner === "" ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` }
}

export const group = (attributes: Attributes, children: ReadonlyArray<Node>): Node =>
  element("g", attributes, ...children)

export const text = (x: number, y: number, content: string, attributes: Attributes = {}): Node =>
  element("text", { x, y, ...attributes }, content)

export const line = (x1: number, y1: number, x2: number, y2: number, attributes: Attributes): Node =>
  element("line", { x1, y1, x2, y2, ...attributes })

export type Point = readonly [x: number, y: number]

/** Straight lines through points. */
export const path = (points: ReadonlyArray<Point>, attributes: Attributes): Node =>
  element("path", {
    d: points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${value(x)},${value(y)}`).join(""),
    ...attributes
  })
