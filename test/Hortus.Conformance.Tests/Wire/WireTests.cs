using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Wire;

/// <summary>Tests on the config maps of a namespace of their own, with plain HTTP.</summary>
public abstract class WireTests(Server server) : NamespacedTests(server)
{
    /// <summary>Selects what the test made, not what a controller did.</summary>
    protected const string Mine = "?labelSelector=made%3Dhere";

    protected Running.Wire Api { get; private set; } = null!;

    protected string Path => $"/api/v1/namespaces/{Namespace}/configmaps";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        Api = new Running.Wire(Server.Http());
    }

    public override async Task DisposeAsync()
    {
        Api.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>Creates a config map that <see cref="Mine"/> selects.</summary>
    protected async Task<WireAnswer> CreateAsync(string name, string metadata = "")
    {
        var answer = await Api.PostAsync(
            Path, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"made":"here"}{{{metadata}}}},"data":{"key":"1"}}""");
        answer.Code.ShouldBe(201, answer.Body.ToJsonString());
        return answer;
    }
}
