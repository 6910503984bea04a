import { problem, replies } from "../../src/contracts/replies";
import { httpRoutes } from "../../src/triggers/http/routes";

/** A reply as a test received it. */
interface Received {
  readonly status: number;
  readonly body: unknown;
}

const routes = httpRoutes({} as never, {} as never);

/** Fails where a JSON reply of the route with this name has a field that its schema lacks, or lacks one. */
export function expectDeclaredReply(route: string, { status, body }: Received): void {
  if (status === 304 || typeof body !== "object" || body === null) return;
  const schema = status >= 400 ? problem : replies[route as keyof typeof replies];
  const { error } = schema.safeParse(body);
  if (error) throw new Error(`${route} ${status}: ${error.message} in ${JSON.stringify(body)}`);
}

/** The name of the route that serves a path below `/api`. */
export function routeAt(method: string, path: string): string {
  const segments = path.replace(/\?.*/, "").split("/");
  const served = routes.find(({ methods, route }) => {
    const parts = route.split("/");
    return (
      methods.some((each) => each === method) &&
      (route === "{*path}" ||
        (parts.length === segments.length &&
          parts.every((part, i) => part.startsWith("{") || part === segments[i])))
    );
  });
  return served?.name ?? "unknownRoute";
}
