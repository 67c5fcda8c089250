using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Operator.Webhooks;
using Hortus.Runtime;
using Hortus.Testing.Scripted;

namespace Hortus.Operator.Tests.Webhooks;

/// <summary>How operators run: which of them leads, and where API servers ask them.</summary>
public sealed class OperatorHostingTests
{
    [Fact]
    [Trait("Category", "Integration")]
    public async Task Of_two_operators_one_leads_while_both_serve_webhooks_and_the_other_follows_when_it_ends()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.StartAsync(deadline.Token);
        var (first, second) = (FreePort(), FreePort());

        var leader = Start(world, "a", first);
        await UntilLeadsAsync(world, "a", deadline.Token);
        await using var follower = Start(world, "b", second);
        await UntilServedAsync(first, deadline.Token);
        await UntilServedAsync(second, deadline.Token);
        await UntilAskedAsync(world, first, deadline.Token);
        await leader.DisposeAsync();

        await UntilLeadsAsync(world, "b", deadline.Token);
        await UntilAskedAsync(world, second, deadline.Token);
    }

    [Theory]
    [InlineData(-1, null, "--webhook-port: want 1 to 65535, found -1")]
    [InlineData(0, "https://127.0.0.1", "--webhook-url needs --webhook-port")]
    [InlineData(1, "http://127.0.0.1", "--webhook-url: want https://HOST[:PORT] without a path, found \"http://127.0.0.1\"")]
    [InlineData(1, "https://127.0.0.1/path", "--webhook-url: want https://HOST[:PORT] without a path")]
    [InlineData(1, "operator", "--webhook-url: want https://HOST[:PORT] without a path")]
    public void Webhooks_that_nobody_could_reach_are_refused(int port, string? url, string message) =>
        Should.Throw<SettingException>(() => OperatorWebhookCatalog.EndpointOf(new OperatorOptions { WebhookPort = port, WebhookUrl = url }))
            .Message.ShouldStartWith(message);

    private static RunningComponent Start(OperatorWorld world, string identity, int port)
    {
        var options = new OperatorOptions
        {
            LeaderElect = true,
            LeaderElectionIdentity = identity,
            WebhookPort = port,
            WebhookUrl = string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{port}"),
        };
        var component = new OperatorComponent();
        return RunningComponent.Start(
            component.HostOptions(options), world.RuntimeAsOperator, (context, token) => component.RunAsync(options, context, token));
    }

    private static Task<Lease?> UntilLeadsAsync(OperatorWorld world, string identity, CancellationToken cancellationToken) =>
        world.Runtime.UntilAsync<Lease>(
            OperatorWorld.KeyOf(OperatorComponent.Name), lease => lease?.Spec?.HolderIdentity == identity, cancellationToken);

    private static Task<ValidatingWebhookConfiguration?> UntilAskedAsync(OperatorWorld world, int port, CancellationToken cancellationToken) =>
        world.Runtime.UntilAsync<ValidatingWebhookConfiguration>(
            ObjectKey.Cluster(OperatorWebhookCatalog.ServiceName),
            found => found?.Webhooks?.All(webhook => new Uri(webhook.ClientConfig.Url!).Port == port) == true,
            cancellationToken);

    private static async Task UntilServedAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
