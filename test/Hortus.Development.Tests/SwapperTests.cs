using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Development.Builds;
using Hortus.Development.Swaps;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing;
using Hortus.Testing.Scripted;

namespace Hortus.Development.Tests;

/// <summary>Swaps on a real API server; what controllers and a kubelet would do is scripted.</summary>
[Trait("Category", "Integration")]
public sealed class SwapperTests : IAsyncLifetime
{
    private const string Good = "0.1.0-dev.1";
    private const string Broken = "0.1.0-dev.2";
    private static readonly ObjectKey Key = new("garden", "gardener-operator");

    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));
    private readonly CancellationTokenSource stop = new();
    private InProcessApiServer server = null!;
    private KubernetesClient client = null!;
    private Task script = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        server = await InProcessApiServer.StartAsync(deadline.Token);
        client = server.Connect();
        await client.CreateAsync(new Namespace { Metadata = new ObjectMeta { Name = "garden" } }, deadline.Token);
        await client.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "garden", Name = "default" } }, deadline.Token);
        await client.CreateAsync(NewDeployment(), deadline.Token);
        await client.CreateAsync(
            new Lease { Metadata = new ObjectMeta { Namespace = "garden", Name = "lease" }, Spec = new LeaseSpec() }, deadline.Token);
        script = RunAsync();
        await await Task.WhenAny(LeaderIsAsync(DevelopmentEntries.StandardTag), script);
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await script.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        client.Dispose();
        await server.DisposeAsync();
        stop.Dispose();
        deadline.Dispose();
    }

    [Fact]
    public async Task A_component_runs_the_image_and_leads()
    {
        var swap = new OperatorSwap(client);

        var result = await NewSwapper().SwapAsync(swap, Good, deadline.Token);

        result.Former.ShouldBe(DevelopmentEntries.StandardTag);
        result.Leaders.ShouldBe(["pod-" + Good]);
        (await swap.TagAsync(deadline.Token)).ShouldBe(Good);
        (await NewSwapper().WorksAsync(swap, Good, deadline.Token)).ShouldBeTrue();
        await NewSwapper().ProveAsync(swap, result, Task.CompletedTask, deadline.Token);
    }

    [Fact]
    public async Task A_component_that_ends_again_and_again_gets_its_former_image_back()
    {
        var swap = new OperatorSwap(client);
        await NewSwapper().SwapAsync(swap, Good, deadline.Token);

        var failure = await Should.ThrowAsync<SwapFailedException>(NewSwapper().SwapAsync(swap, Broken, deadline.Token));

        failure.Message.ShouldContain($"pod pod-{Broken}: CrashLoopBackOff (last exit code 3)");
        failure.Message.ShouldEndWith($"back at {DevelopmentEntries.ImageOf(Good)}");
        (await swap.TagAsync(deadline.Token)).ShouldBe(Good);
    }

    [Fact]
    public async Task A_component_that_ends_after_it_led_gets_its_former_image_back()
    {
        var swap = new OperatorSwap(client);
        var result = await NewSwapper().SwapAsync(swap, Good, deadline.Token);
        await ReportAsync("pod-" + Good, restarts: 1);

        var failure = await Should.ThrowAsync<SwapFailedException>(
            NewSwapper().ProveAsync(swap, result, Task.Delay(Timeout.InfiniteTimeSpan, deadline.Token), deadline.Token));

        failure.Message.ShouldEndWith($"back at {DevelopmentEntries.ImageOf(DevelopmentEntries.StandardTag)}");
    }

    [Fact]
    public async Task A_component_that_nobody_rolls_out_gets_its_former_image_back_in_time()
    {
        var swap = new OperatorSwap(client);
        var swapper = new Swapper(client, [swap], TimeSpan.FromMilliseconds(500), TimeProvider.System);

        var failure = await Should.ThrowAsync<SwapFailedException>(swapper.SwapAsync(swap, "0.1.0-dev.99", deadline.Token));

        failure.Message.ShouldStartWith("not ready after");
        (await swap.TagAsync(deadline.Token)).ShouldBe(DevelopmentEntries.StandardTag);
    }

    [Fact]
    public async Task A_component_that_is_refused_gets_its_former_image_back_and_nobody_goes_on_looking()
    {
        using var watches = new OpenWatches();
        using var watching = server.Connect(watches);
        var swap = new Refused(new OperatorSwap(watching), "0.1.0-dev.99", watches.Two);
        var swapper = new Swapper(watching, [swap], TimeSpan.FromSeconds(20), TimeProvider.System);

        var failure = await Should.ThrowAsync<SwapFailedException>(swapper.SwapAsync(swap, "0.1.0-dev.99", deadline.Token));

        failure.Message.ShouldBe($"said by the test\n  back at {DevelopmentEntries.ImageOf(DevelopmentEntries.StandardTag)}");
        watches.Open.ShouldBe(0);
    }

    [Fact]
    public async Task A_ManagedResource_leaves_its_Deployment_alone_while_that_is_swapped()
    {
        var manager = Key with { Name = "manager" };
        await CustomKinds.InstallAsync(client, [typeof(ManagedResource)], deadline.Token);
        await client.CreateAsync(
            new ManagedResource { Metadata = new ObjectMeta { Namespace = manager.Namespace, Name = manager.Name } }, deadline.Token);
        var origin = new JsonObject { ["annotations"] = new JsonObject { [ResourceNames.Origin] = $"cluster:{manager}" } };
        await PatchAsync<Deployment>(Key.Name, new JsonObject { ["metadata"] = origin }, null);
        var swap = new ManagedDeploymentSwap(client, "operator");

        (await NewSwapper().SwapAsync(swap, Good, deadline.Token)).Former.ShouldBe(DevelopmentEntries.StandardTag);

        (await swap.TagAsync(deadline.Token)).ShouldBe(Good);
        (await client.GetAsync<ManagedResource>(manager, deadline.Token)).Metadata.Annotation(ResourceNames.Ignore).ShouldBe("true");
        await swap.AskForAsync(DevelopmentEntries.StandardTag, false, deadline.Token);
        (await client.GetAsync<ManagedResource>(manager, deadline.Token)).Metadata.Annotation(ResourceNames.Ignore).ShouldBeNull();
    }

    private Swapper NewSwapper() => new(client, [new OperatorSwap(client)], TimeSpan.FromSeconds(20), TimeProvider.System);

    private static Deployment NewDeployment() => new()
    {
        Metadata = new ObjectMeta { Namespace = Key.Namespace, Name = Key.Name },
        Spec = new DeploymentSpec
        {
            Replicas = 1,
            Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "operator" } },
            Template = new PodTemplateSpec
            {
                Metadata = new ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "operator" } },
                Spec = NewPod(DevelopmentEntries.StandardTag),
            },
        },
    };

    private static PodSpec NewPod(string tag) => new()
    {
        Containers = [new Container { Name = Key.Name, Image = DevelopmentEntries.ImageOf(tag), Args = ["operator", "--leader-elect"] }],
    };

    // A pod an image; that of Broken ends, nothing is done for other unknown ones.
    private async Task RunAsync()
    {
        await foreach (var deployment in client.StatesAsync<Deployment>(Key, stop.Token))
        {
            var tag = DevelopmentEntries.TagOf(deployment!.Spec.Template.Spec.Containers[0].Image!);
            if (tag is not (Good or Broken) && tag != DevelopmentEntries.StandardTag)
            {
                continue;
            }

            if (await client.FindAsync<Pod>(Key with { Name = "pod-" + tag }, stop.Token) is null)
            {
                await client.CreateAsync(
                    new Pod
                    {
                        Metadata = new ObjectMeta
                        {
                            Namespace = Key.Namespace,
                            Name = "pod-" + tag,
                            Labels = new Dictionary<string, string> { ["app"] = "operator" },
                        },
                        Spec = NewPod(tag),
                    },
                    stop.Token);
            }

            if (tag == Broken)
            {
                await ReportAsync("pod-" + tag, restarts: 2);
            }
            else
            {
                await LeadAsync(deployment, tag);
            }
        }
    }

    private async Task LeadAsync(Deployment deployment, string tag)
    {
        await PatchAsync<Lease>("lease", new JsonObject { ["spec"] = new JsonObject { ["holderIdentity"] = "pod-" + tag } }, null);
        var status = new JsonObject
        {
            ["observedGeneration"] = deployment.Metadata.Generation,
            ["replicas"] = 1,
            ["updatedReplicas"] = 1,
            ["availableReplicas"] = 1,
        };
        if (deployment.Status?.ObservedGeneration != deployment.Metadata.Generation)
        {
            await PatchAsync<Deployment>(Key.Name, new JsonObject { ["status"] = status }, "status");
        }
    }

    private Task ReportAsync(string pod, int restarts)
    {
        var container = new JsonObject
        {
            ["name"] = Key.Name,
            ["image"] = "",
            ["imageID"] = "",
            ["ready"] = false,
            ["restartCount"] = restarts,
            ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff" } },
            ["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 3 } },
        };
        return PatchAsync<Pod>(
            pod, new JsonObject { ["status"] = new JsonObject { ["containerStatuses"] = new JsonArray(container) } }, "status");
    }

    private Task PatchAsync<T>(string name, JsonObject body, string? subresource) where T : KubernetesObject =>
        client.PatchAsync<T>(Key with { Name = name }, Patch.Merge(body) with { Subresource = subresource }, deadline.Token);

    private Task LeaderIsAsync(string tag) => client.UntilAsync<Lease>(
        Key with { Name = "lease" }, lease => lease?.Spec.HolderIdentity == "pod-" + tag, deadline.Token);

    /// <summary>Refuses an image as soon as somebody waits for it.</summary>
    private sealed class Refused(IComponentSwap inner, string refused, Task awaited) : IComponentSwap
    {
        private string? last;

        public string Component => inner.Component;

        public string Place => inner.Place;

        public Task<string?> TagAsync(CancellationToken cancellationToken) => inner.TagAsync(cancellationToken);

        public Task AskForAsync(string tag, bool isLost, CancellationToken cancellationToken) =>
            inner.AskForAsync(last = tag, isLost, cancellationToken);

        public async Task<string> RefusalAsync(CancellationToken cancellationToken)
        {
            await (last == refused ? awaited.WaitAsync(cancellationToken) : inner.RefusalAsync(cancellationToken));
            return "said by the test";
        }
    }

    /// <summary>Counts the watches that are listened to.</summary>
    private sealed class OpenWatches() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly TaskCompletionSource two = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int open;

        /// <summary>Completes when there are two.</summary>
        public Task Two => two.Task;

        public int Open => Volatile.Read(ref open);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (request.RequestUri!.Query.Contains("watch=", StringComparison.Ordinal))
            {
                await response.PassBodyAsync(ReadAsync, cancellationToken);
            }

            return response;
        }

        private async ValueTask<int> ReadAsync(Stream inner, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref open) == 2)
            {
                two.TrySetResult();
            }

            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
        }
    }
}
