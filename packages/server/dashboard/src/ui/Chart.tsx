import { useEffect, useRef, useState } from "react"
import uPlot from "uplot"
import * as Colours from "./colours.ts"
import { useScheme } from "./useScheme.ts"
import { useWidth } from "./useWidth.ts"

/** Looks up a colour of the style sheet, such as `--fresh`. */
export type Palette = (name: string) => string

export interface Line {
  readonly label: string
  readonly colour: string
  readonly dash?: ReadonlyArray<number>
  /** How full the area below is: 0 is a line alone. */
  readonly fill?: number
  readonly width?: number
  /** Only the points at the values, no line. */
  readonly points?: "only"
}

export interface Spec {
  readonly lines: ReadonlyArray<Line>
  readonly unit: (value: number) => string
  readonly scale?: uPlot.Scale
  /** Areas between two lines, by their numbers, the upper first. */
  readonly bands?: ReadonlyArray<
    { readonly between: readonly [number, number]; readonly colour: string; readonly fill: number }
  >
  /** Levels drawn across. */
  readonly levels?: ReadonlyArray<{ readonly at: number; readonly label: string }>
}

interface Props {
  readonly spec: Spec
  /** Epoch seconds first, then a column for each line. */
  readonly data: uPlot.AlignedData
  readonly height?: number
  /** What the chart says, for those who do not see it. */
  readonly summary: string
  /** Told which column the pointer is at; `null` when it left. */
  readonly onPoint?: (index: number | null) => void
}

const seriesOf = ({ lines }: Spec, palette: Palette): Array<uPlot.Series> => [
  {},
  ...lines.map(({ colour, dash, fill = 0, label, points, width = 1.75 }): uPlot.Series => ({
    label,
    stroke: palette(colour),
    width,
    dash: [...dash ?? []],
    points: points === "only" ? { show: true, size: 8, fill: palette(colour) } : { show: false },
    ...(points === "only" ? { paths: () => null } : {}),
    ...(fill > 0 ? { fill: Colours.faint(palette(colour), fill) } : {})
  }))
]

const clock = uPlot.fmtDate("{HH}:{mm}:{ss}")

/** Of a logarithmic axis only the powers of ten. */
const decades = (_: uPlot, splits: Array<number | null>) =>
  splits.map((value) => value !== null && Math.abs(Math.log10(value) % 1) < 1e-9 ? value : null)

const axesOf = ({ scale, unit }: Spec, palette: Palette): Array<uPlot.Axis> => {
  const shared = {
    stroke: palette("--muted"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: palette("--line"), width: 1, ...(scale?.distr === 3 ? { filter: decades } : {}) },
    ticks: { show: false }
  }
  return [
    { ...shared, space: 80, size: 28, values: (_, splits) => splits.map((at) => clock(new Date(at * 1000))) },
    {
      ...shared,
      size: 58,
      space: 32,
      ...(scale?.distr === 3 ? { filter: decades } : {}),
      values: (_, splits) => splits.map((value) => value === null ? "" : unit(value))
    }
  ]
}

/** Draws the levels, with their names at the right. */
const drawLevels = ({ levels = [] }: Spec, palette: Palette) => (plot: uPlot): void => {
  const { ctx, bbox: { left, width } } = plot
  ctx.save()
  ctx.strokeStyle = palette("--text")
  ctx.fillStyle = palette("--text")
  ctx.lineWidth = uPlot.pxRatio
  ctx.setLineDash([4 * uPlot.pxRatio, 4 * uPlot.pxRatio])
  ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`
  ctx.textAlign = "right"
  for (const { at, label } of levels) {
    const y = Math.round(plot.valToPos(at, "y", true))
    ctx.beginPath()
    ctx.moveTo(left, y)
    ctx.lineTo(left + width, y)
    ctx.stroke()
    ctx.fillText(label, left + width - 4 * uPlot.pxRatio, y - 4 * uPlot.pxRatio)
  }
  ctx.restore()
}

const optionsOf = (
  spec: Spec,
  palette: Palette,
  size: { readonly width: number; readonly height: number },
  onPoint: (index: number | null) => void
): uPlot.Options => ({
  ...size,
  series: seriesOf(spec, palette),
  axes: axesOf(spec, palette),
  scales: { x: { time: true }, y: spec.scale ?? {} },
  bands: (spec.bands ?? []).map(({ between: [upper, lower], colour, fill }) => ({
    series: [upper, lower],
    fill: Colours.faint(palette(colour), fill)
  })),
  legend: { show: false },
  cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
  padding: [8, 26, 0, 0],
  hooks: {
    draw: [drawLevels(spec, palette)],
    setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)]
  }
})

const still = () => undefined

/** A chart over time. A spec that stays the same keeps the chart; its data may change at will. */
export const Chart = ({ data, height = 220, onPoint = still, spec, summary }: Props) => {
  const scheme = useScheme()
  const [box, width] = useWidth<HTMLDivElement>()
  const [plot, setPlot] = useState<uPlot>()
  const latest = useRef(data)
  latest.current = data
  useEffect(() => {
    const element = box.current!
    const palette = (name: string) => Colours.resolve(element, name)
    const made = new uPlot(optionsOf(spec, palette, { width: 300, height }, onPoint), latest.current, element)
    setPlot(made)
    return () => made.destroy()
  }, [box, spec, scheme, height, onPoint])
  useEffect(() => {
    if (width > 0) plot?.setSize({ width, height })
  }, [plot, width, height])
  useEffect(() => plot?.setData(data), [plot, data])
  return <div ref={box} className="chart" role="img" aria-label={summary} data-height={height} />
}
