using Azure.Messaging.ServiceBus;
using Azure.Messaging.ServiceBus.Administration;
using static Proof;

internal static class TopicClaims
{
    public static readonly Claim[] All =
    [
        new("a topic gives each subscription what its correlation filters let in", Filters),
        new("a message scheduled to a topic is cancelled by the topic's number", Scheduled),
        new("a subscription has a dead-letter queue of its own", DeadLetter),
        new("rules are read and changed in the topology only, and the refusal says so", Rules),
    ];

    private static async Task Filters(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("events");
        await sender.SendMessagesAsync(
            [
                new("1") { Subject = "job.completed" },
                new("2") { Subject = "job.failed", ApplicationProperties = { ["region"] = "eu" } },
                new("3") { Subject = "job.completed", ApplicationProperties = { ["region"] = "eu" } },
                new("4") { ApplicationProperties = { ["region"] = "us" } },
            ]
        );
        foreach (
            var (subscription, wanted) in new Dictionary<string, string[]>
            {
                ["all"] = ["1", "2", "3", "4"],
                ["done"] = ["1", "3"],
                ["europe"] = ["2", "3"],
            }
        )
        {
            await using var receiver = client.CreateReceiver("events", subscription, Deleting);
            IsSame(wanted, (await receiver.Next(wanted.Length)).Select(m => m.Body.ToString()), subscription);
            await receiver.IsEmpty();
        }
    }

    private static async Task Scheduled(ServiceBusClient client)
    {
        await using var sender = client.CreateSender("events");
        var number = await sender.ScheduleMessageAsync(new("later"), DateTimeOffset.UtcNow.AddHours(1));
        await using var receiver = client.CreateReceiver("events", "all");
        IsEqual(number, (await receiver.PeekMessageAsync()).EnqueuedSequenceNumber, "the topic's number");
        await sender.CancelScheduledMessageAsync(number);
        IsEqual(0, (await receiver.PeekMessagesAsync(9)).Count, "left over");
    }

    private static async Task DeadLetter(ServiceBusClient client)
    {
        await client.Send("events", "bad");
        await using var receiver = client.CreateReceiver("events", "all");
        await receiver.DeadLetterMessageAsync(await receiver.Next(), "why");
        var options = new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter };
        await using var dead = client.CreateReceiver("events", "all", options);
        var message = await dead.Next();
        IsSame(["bad", "why"], [message.Body.ToString(), message.DeadLetterReason], "dead");
        await dead.CompleteMessageAsync(message);
    }

    private static async Task Rules(ServiceBusClient client)
    {
        await using var rules = client.CreateRuleManager("events", "all");
        foreach (
            var refused in new Func<Task>[]
            {
                () => rules.CreateRuleAsync("r", new SqlRuleFilter("region = 'eu'")),
                () => rules.DeleteRuleAsync("r"),
                async () =>
                {
                    await foreach (var _ in rules.GetRulesAsync()) { }
                },
            }
        )
        {
            try
            {
                await refused();
            }
            catch (Exception fault) when (fault.Message.Contains("stand in the topology"))
            {
                continue;
            }
            throw new ClaimException("it was not refused");
        }
    }
}
