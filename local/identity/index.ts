export { objectIdOf, startIssuer, type LocalIssuer } from "./issuer";
