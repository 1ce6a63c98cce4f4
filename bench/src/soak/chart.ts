/** The soak as two pictures: waits by what answered, and the heap over time. */
import { type Picture, svg } from "../frame/chartPage.ts"
import type { Report, Target, Waits } from "./report.ts"

const shares = [["P50", "p50"], ["P99", "p99"], ["P99.9", "p999"], ["most", "max"]] as const satisfies ReadonlyArray<
  readonly [string, keyof Waits]
>

const waits = (report: Report): string => {
  const rows: ReadonlyArray<readonly [string, Waits]> = [
    ["hit, the call itself", report.hits],
    ["hit, from when due", report.hitsFromDue],
    ["stale", report.byStrategy.serve_stale],
    ["compute", report.byStrategy.compute],
    ["bypass", report.byStrategy.bypass],
    ["event loop", report.loop],
    ["collections", report.gc]
  ]
  return svg(
    {
      legend: { top: 0 },
      grid: { left: 60, right: 20, top: 40, bottom: 60 },
      xAxis: { type: "category", data: rows.map(([name]) => name), axisLabel: { interval: 0, rotate: 20 } },
      yAxis: { type: "log", name: "ms", min: 0.001, startValue: 0.001 },
      series: shares.map(([name, share]) => ({
        name,
        type: "bar" as const,
        data: rows.map(([, each]) => Math.max(0.001, each[share]))
      }))
    },
    600,
    360
  )
}

const heap = ({ heap }: Report): string =>
  svg(
    {
      grid: { left: 60, right: 20, top: 40, bottom: 50 },
      xAxis: { type: "value", name: "seconds", nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "value", name: "MB", min: 0 },
      series: [{ type: "line", data: heap.map(({ at, heap }) => [at, heap / 1e6]) }]
    },
    600,
    360
  )

export const pictures = (report: Report, targets: ReadonlyArray<Target>): ReadonlyArray<Picture> => [
  {
    name: "waits",
    title: "Waits",
    svg: waits(report),
    lines: targets.map(({ measured, met, says }) => `${met ? "✓" : "✗"} ${says}: ${measured}`)
  },
  { name: "heap", title: "Heap after a collection", svg: heap(report), lines: [] }
]
