using Azure.Messaging.ServiceBus;
using static Proof;

internal static class ReceivingClaims
{
    public static readonly Claim[] All =
    [
        new("peek-lock: a message is locked for its receiver and gone once completed", PeekLock),
        new("receive and delete: a message is gone once received", ReceiveAndDelete),
        new("an empty queue answers with nothing after the wait, and the receiver carries on", Empty),
        new("a receiver with prefetch gets every message once", Prefetch),
        new("abandon: the message comes again, counted and with what was added to it", Abandon),
        new("defer: the message comes by its number only", Defer),
        new("dead letter: the message is in the dead-letter queue with reason, description and properties", DeadLetter),
        new("a message that is abandoned too often is dead-lettered", TooOften),
        new("a lock holds as long as it is renewed", Renew),
        new("a lock that expires is lost: for completing and for renewing, and the message comes again", Expire),
        new("peek: messages are seen in every state, and none is locked", Peek),
        new("a message is settled in every way after the link it came on has closed", Elsewhere),
        new("messages settled at once in different ways end up as their receiver said", Mixed),
    ];

    private static readonly Dictionary<string, object> Note = new() { ["note"] = "later" };

    private static async Task PeekLock(ServiceBusClient client)
    {
        await client.Send("locked", "one", "two");
        await using var first = client.CreateReceiver("locked");
        await using var second = client.CreateReceiver("locked");
        var one = await first.Next();
        var two = await second.Next();
        IsSame(["one", "two"], [one.Body.ToString(), two.Body.ToString()], "each got its own");
        await first.IsEmpty();
        await first.CompleteMessageAsync(one);
        await second.CompleteMessageAsync(two);
        IsEqual(0, (await first.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task ReceiveAndDelete(ServiceBusClient client)
    {
        await client.Send("deleting", "one", "two", "three");
        await using var receiver = client.CreateReceiver("deleting", Deleting);
        IsSame(["one", "two", "three"], (await receiver.Next(3)).Select(m => m.Body.ToString()), "bodies");
        IsEqual(0, (await receiver.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task Empty(ServiceBusClient client)
    {
        await using var receiver = client.CreateReceiver("empty");
        await receiver.IsEmpty();
        await receiver.IsEmpty();
        await client.Send("empty", "at last");
        var message = await receiver.Next();
        IsEqual("at last", message.Body.ToString(), "body");
        await receiver.CompleteMessageAsync(message);
    }

    private static async Task Prefetch(ServiceBusClient client)
    {
        var bodies = Enumerable.Range(0, 100).Select(i => $"{i}").ToArray();
        await client.Send("prefetched", bodies);
        await using var receiver = client.CreateReceiver(
            "prefetched",
            new ServiceBusReceiverOptions { PrefetchCount = 30 }
        );
        var found = new List<string>();
        while (found.Count < bodies.Length)
        {
            var message = await receiver.Next();
            found.Add(message.Body.ToString());
            await receiver.CompleteMessageAsync(message);
        }
        IsSame(bodies, found, "bodies");
        await receiver.IsEmpty();
    }

    private static async Task Abandon(ServiceBusClient client)
    {
        await client.Send("abandoned", "again");
        await using var receiver = client.CreateReceiver("abandoned");
        await receiver.AbandonMessageAsync(await receiver.Next(), Note);
        var again = await receiver.Next();
        IsEqual(2, again.DeliveryCount, "delivery count");
        IsEqual("later", again.ApplicationProperties["note"], "note");
        await receiver.CompleteMessageAsync(again);
    }

    private static async Task Defer(ServiceBusClient client)
    {
        await client.Send("deferred", "one", "two");
        await using var receiver = client.CreateReceiver("deferred");
        var messages = await receiver.Next(2);
        foreach (var message in messages)
            await receiver.DeferMessageAsync(message, Note);
        await receiver.IsEmpty();
        var numbers = messages.Select(m => m.SequenceNumber).ToList();
        var one = await receiver.ReceiveDeferredMessageAsync(numbers[0]);
        IsSame(["one", "later"], [one.Body.ToString(), $"{one.ApplicationProperties["note"]}"], "taken");
        await Fails(
            ServiceBusFailureReason.MessageNotFound,
            () => receiver.ReceiveDeferredMessageAsync(numbers[0])
        );
        await receiver.AbandonMessageAsync(one);
        var again = await receiver.ReceiveDeferredMessageAsync(numbers[0]);
        await receiver.RenewMessageLockAsync(again);
        await receiver.CompleteMessageAsync(again);
        await using var deleting = client.CreateReceiver("deferred", Deleting);
        IsEqual("two", (await deleting.ReceiveDeferredMessageAsync(numbers[1])).Body.ToString(), "deleted");
        IsEqual(0, (await receiver.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task DeadLetter(ServiceBusClient client)
    {
        await client.Send("dead", "one", "two");
        await using var receiver = client.CreateReceiver("dead");
        await receiver.DeadLetterMessageAsync(await receiver.Next(), Note, "why", "because");
        await receiver.DeadLetterMessageAsync(await receiver.Next());
        await receiver.IsEmpty();
        await using var dead = client.CreateReceiver(
            "dead",
            new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }
        );
        var one = await dead.Next();
        IsSame(
            ["one", "why", "because", "later", "dead"],
            [
                one.Body.ToString(),
                one.DeadLetterReason,
                one.DeadLetterErrorDescription,
                $"{one.ApplicationProperties["note"]}",
                one.DeadLetterSource,
            ],
            "what the dead-letter queue holds"
        );
        await dead.CompleteMessageAsync(one);
        await dead.CompleteMessageAsync(await dead.Next());
        await dead.IsEmpty();
    }

    private static async Task TooOften(ServiceBusClient client)
    {
        await client.Send("tried", "no");
        await using var receiver = client.CreateReceiver("tried");
        foreach (var count in new[] { 1, 2, 3 })
        {
            var message = await receiver.Next();
            IsEqual(count, message.DeliveryCount, "delivery count");
            await receiver.AbandonMessageAsync(message);
        }
        await receiver.IsEmpty();
        await using var dead = client.CreateReceiver("tried/$DeadLetterQueue", Deleting);
        IsEqual("MaxDeliveryCountExceeded", (await dead.Next()).DeadLetterReason, "reason");
    }

    private static async Task Renew(ServiceBusClient client)
    {
        await client.Send("renewed", "kept");
        await using var receiver = client.CreateReceiver("renewed");
        var message = await receiver.Next();
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(500);
            await receiver.RenewMessageLockAsync(message);
            IsEqual(true, message.LockedUntil > DateTimeOffset.UtcNow.AddMilliseconds(500), "renewed");
        }
        await receiver.CompleteMessageAsync(message);
        IsEqual(0, (await receiver.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task Expire(ServiceBusClient client)
    {
        await client.Send("expired", "slow");
        await using var receiver = client.CreateReceiver("expired");
        var first = await receiver.Next();
        var second = await receiver.Next();
        IsEqual(2, second.DeliveryCount, "delivery count");
        const ServiceBusFailureReason Lost = ServiceBusFailureReason.MessageLockLost;
        await Fails(Lost, () => receiver.RenewMessageLockAsync(first));
        await Fails(Lost, () => receiver.CompleteMessageAsync(first));
        await receiver.CompleteMessageAsync(second);
    }

    private static async Task Peek(ServiceBusClient client)
    {
        await client.Send("peeked", "deferred", "active");
        await using var sender = client.CreateSender("peeked");
        await sender.ScheduleMessageAsync(new ServiceBusMessage("scheduled"), DateTimeOffset.UtcNow.AddHours(1));
        await using var receiver = client.CreateReceiver("peeked");
        await receiver.DeferMessageAsync(await receiver.Next());
        var peeked = await receiver.PeekMessagesAsync(9);
        IsSame(["deferred", "active", "scheduled"], peeked.Select(m => m.Body.ToString()), "bodies");
        IsSame(["Deferred", "Active", "Scheduled"], peeked.Select(m => m.State.ToString()), "states");
        IsEqual("active", (await receiver.PeekMessageAsync(peeked[1].SequenceNumber)).Body.ToString(), "by number");
        await receiver.CompleteMessageAsync(await receiver.Next());
    }

    private static async Task Elsewhere(ServiceBusClient client)
    {
        await client.Send("elsewhere", "complete", "abandon", "defer", "dead");
        var first = client.CreateReceiver("elsewhere");
        var messages = await first.Next(4);
        await first.DisposeAsync();
        await using var other = client.CreateReceiver("elsewhere");
        await other.CompleteMessageAsync(messages[0]);
        await other.AbandonMessageAsync(messages[1], Note);
        await other.DeferMessageAsync(messages[2]);
        await other.DeadLetterMessageAsync(messages[3], "why", "because");
        var again = await other.Next();
        IsEqual("abandon", again.Body.ToString(), "abandoned");
        await other.CompleteMessageAsync(again);
        await other.CompleteMessageAsync(await other.ReceiveDeferredMessageAsync(messages[2].SequenceNumber));
        await using var dead = client.CreateReceiver("elsewhere/$DeadLetterQueue", Deleting);
        IsEqual("why", (await dead.Next()).DeadLetterReason, "reason");
        IsEqual(0, (await other.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task Mixed(ServiceBusClient client)
    {
        await client.Send("mixed", Enumerable.Range(0, 40).Select(i => $"{i}").ToArray());
        await using var receiver = client.CreateReceiver("mixed");
        var messages = await receiver.Next(40);
        await Task.WhenAll(
            messages.Select((message, i) => i % 2 == 0
                ? receiver.CompleteMessageAsync(message)
                : receiver.DeadLetterMessageAsync(message, "odd"))
        );
        IsEqual(0, (await receiver.PeekMessagesAsync(99)).Count, "left over");
        await using var dead = client.CreateReceiver("mixed/$DeadLetterQueue", Deleting);
        IsSame(
            messages.Where((_, i) => i % 2 == 1).Select(m => m.Body.ToString()).Order(),
            (await dead.Next(20)).Select(m => m.Body.ToString()).Order(),
            "the odd ones"
        );
    }
}
