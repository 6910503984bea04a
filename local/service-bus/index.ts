export { startServiceBus, type ServiceBusServer } from "./server";
