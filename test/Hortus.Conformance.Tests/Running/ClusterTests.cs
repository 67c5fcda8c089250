using System.Globalization;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Tests in a namespace of their own of a whole cluster.</summary>
[Collection(ClusterCollection.Name)]
public abstract class ClusterTests(Cluster cluster) : IAsyncLifetime
{
    private static readonly string Run = Target.IsForeign ? $"{Environment.ProcessId}-" : "";
    private static int count;

    protected Cluster Cluster => cluster;

    protected Server Server => cluster.Server;

    /// <summary>The test's namespace.</summary>
    protected string Namespace { get; } =
        "whole-" + Run + Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture);

    public virtual async Task InitializeAsync()
    {
        (await cluster.Admin.RunAsync($"create namespace {Namespace}")).Succeeds();
        (await KubectlAsync("wait --for=create serviceaccount/default --timeout=60s")).Succeeds();
    }

    public virtual async Task DisposeAsync() =>
        (await cluster.Admin.RunAsync($"delete namespace {Namespace} --wait=false --ignore-not-found")).Succeeds();

    /// <summary>kubectl as administrator in the namespace; arguments are separated by spaces.</summary>
    protected Task<KubectlResult> KubectlAsync(string arguments) => cluster.Admin.RunAsync($"-n {Namespace} {arguments}");

    /// <summary>kubectl with arguments that contain spaces.</summary>
    protected Task<KubectlResult> KubectlAsync(params string[] arguments) =>
        cluster.Admin.RunAsync(["-n", Namespace, .. arguments], "");

    /// <summary>kubectl with a manifest as standard input; the arguments take it with <c>-f -</c>.</summary>
    protected Task<KubectlResult> PipeAsync(string manifest, string arguments) =>
        cluster.Admin.RunAsync(["-n", Namespace, .. arguments.Split(' ')], manifest);

    /// <summary>A field of an object; empty when it is not set.</summary>
    protected async Task<string> FieldAsync(string target, string path) =>
        (await KubectlAsync($"get {target} -o jsonpath={{{path}}}")).Succeeds();

    /// <summary>Waits until a field of an object has a value.</summary>
    protected Task<string> WaitForFieldAsync(string target, string path, Func<string, bool> condition) => Cluster.WaitAsync(
        async () => await KubectlAsync($"get {target} -o jsonpath={{{path}}}") is { ExitCode: 0 } result
            && condition(result.Output) ? result.Output : null,
        $"{target} in {Namespace} has the {path} that is wanted");
}
