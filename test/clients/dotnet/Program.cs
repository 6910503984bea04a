// What the .NET client of Service Bus can do with the embedded broker, one line per claim.
// usage: SERVICE_BUS='<connection string>' dotnet clients.dll [word]; exits 1 when a claim does not hold.
using System.Diagnostics;
using Azure.Messaging.ServiceBus;

var connection =
    Environment.GetEnvironmentVariable("SERVICE_BUS")
    ?? throw new InvalidOperationException("SERVICE_BUS holds no connection string");
var options = new ServiceBusClientOptions
{
    // Fails fast, so that a claim sees the broker and not the client's patience.
    RetryOptions = new ServiceBusRetryOptions { MaxRetries = 0, TryTimeout = TimeSpan.FromSeconds(5) },
};

var failed = 0;
Claim[] all = [.. SendingClaims.All, .. ReceivingClaims.All, .. ProcessorClaims.All, .. TopicClaims.All];
var claims = all.Where(claim => args.All(claim.Name.Contains)).ToList();
foreach (var (name, prove) in claims)
{
    var watch = Stopwatch.StartNew();
    await using var client = new ServiceBusClient(connection, options);
    try
    {
        await prove(client).WaitAsync(TimeSpan.FromSeconds(15));
        Console.WriteLine($"ok    {name} ({watch.ElapsedMilliseconds} ms)");
    }
    catch (Exception fault)
    {
        failed++;
        Console.WriteLine($"FAIL  {name}\n      {fault.ToString().ReplaceLineEndings("\n      ")}");
    }
}
Console.WriteLine($"{claims.Count - failed} passed, {failed} failed");
return failed == 0 ? 0 : 1;
