// Asks the desk for data; answers with what went wrong instead of throwing.

const PATIENCE_MS = 15_000;

/**
 * @param {string} path
 * @returns {Promise<{status: number, data: any}>} status 0 when the desk cannot be reached; data null unless 200
 */
export async function get(path) {
  try {
    const response = await fetch(path, {
      headers: { "X-Fragment": "1", Accept: "application/json" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, data: response.ok ? await response.json() : null };
  } catch {
    return { status: 0, data: null };
  }
}
