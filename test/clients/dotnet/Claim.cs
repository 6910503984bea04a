using Azure.Messaging.ServiceBus;

/// <summary>A claim and its proof, each on a client of its own.</summary>
internal sealed record Claim(string Name, Func<ServiceBusClient, Task> Prove);

internal sealed class ClaimException(string message) : Exception(message);

/// <summary>What the proofs have in common.</summary>
internal static class Proof
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static readonly ServiceBusReceiverOptions Deleting = new()
    {
        ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete,
    };

    public static void IsEqual<T>(T expected, T found, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found))
            throw new ClaimException($"{what}: expected {expected}, found {found}");
    }

    public static void IsSame<T>(IEnumerable<T> expected, IEnumerable<T> found, string what) =>
        IsEqual(string.Join(", ", expected), string.Join(", ", found), what);

    public static async Task Send(this ServiceBusClient client, string entity, params string[] bodies)
    {
        await using var sender = client.CreateSender(entity);
        await sender.SendMessagesAsync(bodies.Select(body => new ServiceBusMessage(body)));
    }

    /// <summary>The next message, or a failure.</summary>
    public static async Task<ServiceBusReceivedMessage> Next(this ServiceBusReceiver receiver) =>
        await receiver.ReceiveMessageAsync(Patience)
        ?? throw new ClaimException($"nothing came from {receiver.EntityPath}");

    /// <summary>As many messages as are asked for, or a failure.</summary>
    public static async Task<List<ServiceBusReceivedMessage>> Next(this ServiceBusReceiver receiver, int count)
    {
        var messages = new List<ServiceBusReceivedMessage>();
        while (messages.Count < count)
        {
            var more = await receiver.ReceiveMessagesAsync(count - messages.Count, Patience);
            if (more.Count == 0)
                throw new ClaimException($"only {messages.Count} of {count} came from {receiver.EntityPath}");
            messages.AddRange(more);
        }
        return messages;
    }

    public static async Task IsEmpty(this ServiceBusReceiver receiver)
    {
        var message = await receiver.ReceiveMessageAsync(TimeSpan.FromMilliseconds(100));
        IsEqual(null, message?.Body.ToString(), $"what is left in {receiver.EntityPath}");
    }

    public static async Task Until(Func<bool> condition, string what)
    {
        for (var left = 500; !condition(); left--)
        {
            if (left == 0)
                throw new ClaimException($"it never came to pass: {what}");
            await Task.Delay(10);
        }
    }

    public static async Task Fails(ServiceBusFailureReason reason, Func<Task> work, string? text = null)
    {
        try
        {
            await work();
        }
        catch (ServiceBusException fault) when (fault.Reason == reason && fault.Message.Contains(text ?? ""))
        {
            return;
        }
        throw new ClaimException($"it did not fail with {reason}");
    }
}
