/** Of a host name as the URL parser writes it (RFC 6761 §6.3: every name below localhost is loopback). */
export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\]|(?:.+\.)?localhost\.?)$/i.test(
    host,
  );
}
