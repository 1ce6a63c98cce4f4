/** smart-cache over HTTP. */
export {}
