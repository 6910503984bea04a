using System.Collections.Concurrent;
using Azure.Messaging.ServiceBus;
using static Proof;

internal static class ProcessorClaims
{
    public static readonly Claim[] All =
    [
        new("two processors at once share a queue: every message once, and both at work", TwoAtOnce),
        new("a processor keeps the lock of a message it works on for longer than the lock lasts", KeepsLock),
        new("a handler that throws has its message again", Throws),
    ];

    private static async Task TwoAtOnce(ServiceBusClient client)
    {
        const int Count = 500;
        var done = new ConcurrentBag<(int Processor, string Body)>();
        var errors = new ConcurrentBag<string>();
        var processors = Enumerable.Range(0, 2).Select(at => Process(client, "processed", 8, errors, async message =>
        {
            done.Add((at, message.Body.ToString()));
            await Task.Delay(1);
        })).ToList();
        await Task.WhenAll(processors.Select(processor => processor.StartProcessingAsync()));
        var bodies = Enumerable.Range(0, Count).Select(i => $"{i}").ToArray();
        foreach (var some in bodies.Chunk(50))
            await client.Send("processed", some);
        await Until(() => done.Count >= Count, "all are processed");
        await Task.WhenAll(processors.Select(processor => processor.StopProcessingAsync()));
        foreach (var processor in processors)
            await processor.DisposeAsync();
        IsSame(bodies.Order(), done.Select(one => one.Body).Order(), "each once");
        IsSame([0, 1], done.Select(one => one.Processor).Distinct().Order(), "processors at work");
        IsSame([], errors, "errors");
        await using var receiver = client.CreateReceiver("processed");
        IsEqual(0, (await receiver.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task KeepsLock(ServiceBusClient client)
    {
        var deliveries = new ConcurrentBag<int>();
        var errors = new ConcurrentBag<string>();
        var finished = 0;
        await using var processor = Process(client, "slow", 1, errors, async message =>
        {
            deliveries.Add(message.DeliveryCount);
            await Task.Delay(2_500);
            finished++;
        });
        await client.Send("slow", "a long job");
        await processor.StartProcessingAsync();
        await Until(() => finished == 1, "the job is done");
        await processor.StopProcessingAsync();
        IsSame([1], deliveries, "deliveries");
        IsSame([], errors, "errors");
        await using var receiver = client.CreateReceiver("slow");
        IsEqual(0, (await receiver.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task Throws(ServiceBusClient client)
    {
        var deliveries = new ConcurrentQueue<int>();
        var errors = new ConcurrentBag<string>();
        await using var processor = Process(client, "throwing", 1, errors, message =>
        {
            deliveries.Enqueue(message.DeliveryCount);
            return message.DeliveryCount == 1 ? throw new InvalidOperationException("boom") : Task.CompletedTask;
        });
        await client.Send("throwing", "hot");
        await processor.StartProcessingAsync();
        await Until(() => deliveries.Count == 2, "it comes again");
        await processor.StopProcessingAsync();
        IsSame([1, 2], deliveries, "deliveries");
        IsSame(["ProcessMessageCallback: boom"], errors, "errors");
    }

    private static ServiceBusProcessor Process(
        ServiceBusClient client,
        string queue,
        int atOnce,
        ConcurrentBag<string> errors,
        Func<ServiceBusReceivedMessage, Task> handle
    )
    {
        var processor = client.CreateProcessor(
            queue,
            new ServiceBusProcessorOptions { MaxConcurrentCalls = atOnce }
        );
        processor.ProcessMessageAsync += call => handle(call.Message);
        processor.ProcessErrorAsync += call =>
        {
            errors.Add($"{call.ErrorSource}: {call.Exception.Message}");
            return Task.CompletedTask;
        };
        return processor;
    }
}
