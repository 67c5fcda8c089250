using System.Globalization;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Tests that drive kubectl in a namespace of their own.</summary>
[Collection(ServerCollection.Name)]
public abstract class NamespacedTests(Server server) : IAsyncLifetime
{
    /// <summary>Selects what the test made, not the config map that a controller puts into every namespace.</summary>
    protected const string Made = "metadata.name!=kube-root-ca.crt";

    /// <summary>Keeps pods from running, so that nothing but the test writes their status.</summary>
    protected const string Nowhere = """--overrides={"spec":{"nodeSelector":{"example.org/place":"nowhere"}}}""";

    private static readonly string Run = Target.IsForeign ? $"{Environment.ProcessId}-" : "";
    private static int count;

    protected Server Server => server;

    /// <summary>The test's namespace.</summary>
    protected string Namespace { get; } =
        "test-" + Run + Interlocked.Increment(ref count).ToString(CultureInfo.InvariantCulture);

    public virtual async Task InitializeAsync() => (await server.Admin.RunAsync($"create namespace {Namespace}")).Succeeds();

    public virtual async Task DisposeAsync()
    {
        if (Target.IsForeign)
        {
            (await server.Admin.RunAsync($"delete namespace {Namespace} --wait=false --ignore-not-found")).Succeeds();
        }
    }

    /// <summary>kubectl as administrator in the namespace.</summary>
    protected Task<KubectlResult> KubectlAsync(string arguments) => server.Admin.RunAsync($"-n {Namespace} {arguments}");

    /// <summary>kubectl with arguments that contain spaces.</summary>
    protected Task<KubectlResult> KubectlAsync(params string[] arguments) =>
        server.Admin.RunAsync(["-n", Namespace, .. arguments], "");

    /// <summary>kubectl with a manifest as standard input; the arguments take it with <c>-f -</c>.</summary>
    protected Task<KubectlResult> PipeAsync(string manifest, string arguments) =>
        server.Admin.RunAsync(["-n", Namespace, .. arguments.Split(' ')], manifest);

    /// <summary>A field of an object.</summary>
    protected async Task<string> FieldAsync(string target, string path) =>
        (await KubectlAsync($"get {target} -o jsonpath={{{path}}}")).Succeeds();

    /// <summary>Sees to the account that pods of the namespace run as; a controller makes it in a whole cluster.</summary>
    protected async Task CreateDefaultAccountAsync() => (await KubectlAsync(Target.IsForeign
        ? "wait --for=create serviceaccount/default --timeout=30s"
        : "create serviceaccount default")).Succeeds();
}
