export { startIssuer, type LocalIssuer } from "./issuer";
