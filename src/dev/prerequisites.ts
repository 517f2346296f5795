export async function prepareEndToEnd(): Promise<void> {}
