import type { Put, PutRules } from "./coverage";
import type { History } from "./history";

/** Holds, deployment windows and the old side's health do not prevent a rollback. */
export const rollbackRules: PutRules = {
  "rollback cause": hasCause,
  "rollback of irreversible": isAllowed,
};

function isAllowed({ sent }: History, { request }: Put): string | true {
  const isDeclared = sent.some((e) => e.request === request && e.content.includes('"irreversible":true'));
  return !isDeclared || "returns production although the request was declared irreversible";
}

/** The rollback was ordered, or the wire has shown trouble with new production since it took over. */
function hasCause(history: History, put: Put): string | true {
  const first = history.puts.find((e) => e.request === put.request);
  const since = (e: { readonly n: number }) => e.n > (first?.n ?? 0) && e.n < put.n;
  const trouble =
    history.asked.some((e) => e.request === put.request && since(e)) ||
    history.probed.some((e) => e.pair === put.pair && e.answer === "failure" && since(e)) ||
    history.lists.some(
      (e) => e.pair === put.pair && e.side === first?.side && e.unready !== undefined && since(e),
    );
  return trouble || "returns production without an observed reason";
}
