export { startIssuer, type LocalIssuer, type Person } from "./issuer";
