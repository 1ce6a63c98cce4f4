/** Colours of the style sheet for canvases, which know no custom properties. */

/** What `var(--name)` is where the element stands, in the theme in use. */
export const resolve = (element: HTMLElement, name: string): string => {
  const probe = document.createElement("span")
  probe.style.color = `var(${name})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

/** The colour, let through by a share. */
export const faint = (colour: string, alpha: number): string => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`)
