using Azure.Messaging.ServiceBus;
using static Proof;

internal static class SendingClaims
{
    public static readonly Claim[] All =
    [
        new("a message arrives with everything its sender says of it", Everything),
        new("a batch takes messages up to the limit, and arrives whole and in order", Batches),
        new("a body of 800 KB arrives byte for byte, and one beyond the limit is refused by name", Large),
        new("a duplicate is accepted and dropped", Duplicates),
        new("senders and receivers that start at once on one connection all get their token", Crowd),
        new("a scheduled message arrives at its time and a cancelled one never", Scheduled),
        new("an unknown queue is not found, whoever asks", Unknown),
        new("sessions and transactions are refused by name", Refused),
    ];

    private static async Task Everything(ServiceBusClient client)
    {
        var properties = new Dictionary<string, object>
        {
            ["int"] = 5,
            ["long"] = 5_000_000_000L,
            ["bool"] = true,
            ["double"] = 1.5,
            ["text"] = "grün",
            ["guid"] = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef"),
            ["time"] = DateTime.UnixEpoch.AddSeconds(1_700_000_000),
            ["cloudEvents:id"] = "9",
        };
        var sent = new ServiceBusMessage("body")
        {
            MessageId = "m-1",
            ContentType = "application/json",
            CorrelationId = "c",
            Subject = "s",
            To = "t",
            ReplyTo = "r",
            PartitionKey = "p",
            TimeToLive = TimeSpan.FromMinutes(1),
        };
        foreach (var (name, value) in properties)
            sent.ApplicationProperties[name] = value;
        await using var sender = client.CreateSender("everything");
        await sender.SendMessageAsync(sent);
        await using var receiver = client.CreateReceiver("everything");
        var found = await receiver.Next();
        IsSame(
            ["body", "m-1", "application/json", "c", "s", "t", "r", "p", "00:01:00"],
            [
                found.Body.ToString(),
                found.MessageId,
                found.ContentType,
                found.CorrelationId,
                found.Subject,
                found.To,
                found.ReplyTo,
                found.PartitionKey,
                found.TimeToLive.ToString(),
            ],
            "what was said"
        );
        foreach (var (name, value) in properties)
            IsEqual(value, found.ApplicationProperties[name], name);
        IsEqual(1, found.DeliveryCount, "delivery count");
        IsEqual(1L, found.SequenceNumber, "sequence number");
        IsEqual(true, found.LockedUntil > DateTimeOffset.UtcNow.AddSeconds(50), "locked for a minute");
        IsEqual(true, found.EnqueuedTime > DateTimeOffset.UtcNow.AddMinutes(-1), "enqueued just now");
        await receiver.CompleteMessageAsync(found);
    }

    private static async Task Batches(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("batches");
        using var batch = await sender.CreateMessageBatchAsync();
        IsEqual(1024L * 1024, batch.MaxSizeInBytes, "the limit of a batch");
        var third = new byte[300_000];
        IsSame(
            [true, true, true, false],
            Enumerable.Range(0, 4).Select(_ => batch.TryAddMessage(new ServiceBusMessage(third))),
            "added"
        );
        await sender.SendMessagesAsync(batch);
        await using var receiver = client.CreateReceiver("batches", Deleting);
        IsSame([300_000, 300_000, 300_000], (await receiver.Next(3)).Select(m => m.Body.ToMemory().Length), "sizes");
        var bodies = Enumerable.Range(0, 200).Select(i => $"{i}").ToArray();
        await client.Send("batches", bodies);
        IsSame(bodies, (await receiver.Next(200)).Select(m => m.Body.ToString()), "bodies");
        await receiver.IsEmpty();
    }

    private static async Task Large(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("large");
        var body = Enumerable.Range(0, 800_000).Select(i => (byte)(i % 251)).ToArray();
        await sender.SendMessageAsync(new ServiceBusMessage(body));
        await Fails(
            ServiceBusFailureReason.MessageSizeExceeded,
            () => sender.SendMessageAsync(new ServiceBusMessage(new byte[1_100_000]))
        );
        await using var receiver = client.CreateReceiver("large", Deleting);
        IsEqual(true, (await receiver.Next()).Body.ToMemory().Span.SequenceEqual(body), "the same bytes");
        await receiver.IsEmpty();
    }

    private static async Task Duplicates(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("once");
        foreach (var (id, body) in new[] { ("d", "1"), ("d", "2"), ("e", "3") })
            await sender.SendMessageAsync(new ServiceBusMessage(body) { MessageId = id });
        await using var receiver = client.CreateReceiver("once", Deleting);
        IsSame(["1", "3"], (await receiver.Next(2)).Select(m => m.Body.ToString()), "bodies");
        await receiver.IsEmpty();
    }

    private static Task Crowd(ServiceBusClient client)
    {
        var queues = Enumerable.Range(1, 4).Select(i => $"crowd-{i}").ToList();
        var receiving = queues.Select(async queue =>
        {
            await using var receiver = client.CreateReceiver(queue, Deleting);
            IsEqual(queue, (await receiver.Next()).Body.ToString(), "body");
        });
        return Task.WhenAll(receiving.Concat(queues.Select(queue => client.Send(queue, queue))));
    }

    private static async Task Scheduled(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("scheduled");
        var due = DateTimeOffset.UtcNow.AddMilliseconds(500);
        var later = await sender.ScheduleMessageAsync(new ServiceBusMessage("later"), due);
        var never = await sender.ScheduleMessagesAsync([new("never"), new("neither")], due);
        await sender.SendMessageAsync(new ServiceBusMessage("as said") { ScheduledEnqueueTime = due });
        await sender.CancelScheduledMessagesAsync(never);
        await Fails(
            ServiceBusFailureReason.MessageNotFound,
            () => sender.CancelScheduledMessageAsync(never[0])
        );
        await using var receiver = client.CreateReceiver("scheduled");
        var waiting = await receiver.PeekMessagesAsync(9);
        IsSame(["Scheduled", "Scheduled"], waiting.Select(m => m.State.ToString()), "states until then");
        IsEqual(later, waiting[0].SequenceNumber, "number");
        var messages = await receiver.Next(2);
        IsSame(["as said", "later"], messages.Select(m => m.Body.ToString()).Order(), "bodies");
        foreach (var message in messages)
        {
            IsEqual(true, message.EnqueuedTime >= due.AddMilliseconds(-1), "not before its time");
            await receiver.CompleteMessageAsync(message);
        }
        await receiver.IsEmpty();
    }

    private static async Task Unknown(ServiceBusClient client)
    {
        const ServiceBusFailureReason NotFound = ServiceBusFailureReason.MessagingEntityNotFound;
        await Fails(NotFound, () => client.CreateSender("nope").SendMessageAsync(new("x")));
        await Fails(NotFound, () => client.CreateReceiver("nope").ReceiveMessageAsync(TimeSpan.FromSeconds(1)));
        await Fails(NotFound, () => client.CreateReceiver("events", "nope").PeekMessageAsync());
    }

    private static async Task Refused(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("plain");
        foreach (
            var refused in new Func<Task>[]
            {
                () => sender.SendMessageAsync(new ServiceBusMessage("x") { SessionId = "s" }),
                () => client.AcceptNextSessionAsync("plain"),
                () => SendInTransaction(sender),
            }
        )
        {
            try
            {
                await refused();
            }
            catch (Exception fault) when (fault.Message.Contains("This broker has no "))
            {
                continue;
            }
            throw new ClaimException("it was not refused");
        }
        await using var receiver = client.CreateReceiver("plain", Deleting);
        await receiver.IsEmpty();
    }

    private static async Task SendInTransaction(ServiceBusSender sender)
    {
        using var scope = new System.Transactions.TransactionScope(
            System.Transactions.TransactionScopeAsyncFlowOption.Enabled
        );
        await sender.SendMessageAsync(new ServiceBusMessage("x"));
        scope.Complete();
    }
}
