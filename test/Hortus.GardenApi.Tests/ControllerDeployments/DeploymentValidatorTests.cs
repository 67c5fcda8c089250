using Hortus.GardenApi.ControllerDeployments;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using static Hortus.GardenApi.Tests.Samples;

namespace Hortus.GardenApi.Tests.ControllerDeployments;

public class DeploymentValidatorTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private static readonly ControllerDeployment Empty = new() { Metadata = new ObjectMeta { Name = "a" } };
    private static readonly ControllerDeployment Raw = Empty with { Helm = new HelmControllerDeployment { RawChart = [1] } };

    [Theory]
    [InlineData("registry.example.com/charts/foo:1.0.0")]
    [InlineData("oci://registry.example.com/charts/foo:1.0.0")]
    [InlineData("registry.example.com/foo:1.0.0@" + Digest)]
    [InlineData("localhost:5000/foo@" + Digest)]
    [InlineData("registry.example.com/foo:1.0.0@sha256:abc")]
    public void Reference_that_a_registry_understands_is_taken(string reference) =>
        FaultsOf(new OCIRepository { Ref = reference }).ShouldBeEmpty();

    [Theory]
    [InlineData("foo", "no registry")]
    [InlineData("registry.example.com/foo", "neither a tag (:tag) nor a digest")]
    [InlineData("registry.example.com/Foo:1", "lower case")]
    [InlineData("registry.example.com/foo:1.0.0+build", "_")]
    [InlineData("registry.example.com/foo@sha512:abc", "sha256:")]
    public void Reference_that_no_registry_understands_is_refused_and_says_why(string reference, string why)
    {
        var fault = FaultsOf(new OCIRepository { Ref = reference }).ShouldHaveSingleItem();

        fault.ShouldStartWith($"helm.ociRepository.ref: Invalid value: \"{reference}\"");
        fault.ShouldContain(why);
    }

    [Fact]
    public void Reference_of_an_object_that_is_there_stays_allowed()
    {
        var old = WithChart(new OCIRepository { Ref = "foo" });

        Faults(e => DeploymentValidator.Check(old with { InjectGardenKubeconfig = true }, old, e)).ShouldBeEmpty();
        Faults(e => DeploymentValidator.Check(WithChart(new OCIRepository { Ref = "bar" }), old, e)).ShouldHaveSingleItem();
    }

    [Fact]
    public void Parts_of_a_reference_go_together()
    {
        FaultsOf(new OCIRepository()).ShouldBe(["helm.ociRepository: Required value: must provide either ref or repository"]);
        FaultsOf(new OCIRepository { Repository = "example.com/a" })
            .ShouldBe(["helm.ociRepository: Required value: must provide either tag or digest"]);
        FaultsOf(new OCIRepository { Repository = "example.com/a", Digest = "md5:1" })
            .ShouldBe(["helm.ociRepository.digest: Invalid value: \"md5:1\": must start with 'sha256:'"]);
        FaultsOf(new OCIRepository { Ref = "example.com/a:1", Repository = "r", Tag = "t", Digest = Digest }).ShouldBe(
        [
            "helm.ociRepository.repository: Forbidden: cannot provide repository when ref is set",
            "helm.ociRepository.tag: Forbidden: cannot provide tag when ref is set",
            "helm.ociRepository.digest: Forbidden: cannot provide digest when ref is set",
        ]);
        FaultsOf(new OCIRepository { Repository = "example.com/a", Tag = "1", PullSecretRef = new LocalObjectReference() })
            .ShouldBe(["helm.ociRepository.pullSecretRef.name: Required value: must name a Secret of the namespace garden"]);
    }

    [Fact]
    public void One_chart_is_needed_and_nothing_beside_it()
    {
        var both = Raw with { Helm = Raw.Helm! with { OciRepository = new OCIRepository { Ref = "example.com/a:1" } } };

        Faults(e => DeploymentValidator.Check(Raw, null, e)).ShouldBeEmpty();
        Faults(e => DeploymentValidator.Check(both, null, e))
            .ShouldBe(["helm: Required value: must provide either rawChart or ociRepository"]);
        Faults(e => DeploymentValidator.Check(Empty with { Helm = new HelmControllerDeployment() }, null, e))
            .ShouldBe(["helm: Required value: must provide either rawChart or ociRepository"]);
        Faults(e => DeploymentValidator.Check(Empty, null, e))
            .ShouldBe(["helm: Forbidden: must use either helm or a custom deployment configuration (type)"]);
        Faults(e => DeploymentValidator.Check(Annotated(Empty, "type", "custom"), null, e)).ShouldBeEmpty();
        Faults(e => DeploymentValidator.Check(Annotated(Raw, "type", "custom"), null, e)).ShouldBe(
            ["type: Forbidden: must not provide type if a built-in deployment type (helm) is used"]);
        Faults(e => DeploymentValidator.Check(Annotated(Raw, "providerConfig", "{}"), null, e)).ShouldBe(
            ["providerConfig: Forbidden: must not provide providerConfig if a built-in deployment type (helm) is used"]);
    }

    [Fact]
    public void A_chart_too_large_for_an_object_is_pointed_to_a_registry()
    {
        var large = Raw with { Helm = new HelmControllerDeployment { RawChart = new byte[1_500_000] } };

        Faults(e => DeploymentValidator.Check(large, null, e)).ShouldHaveSingleItem().ShouldContain("helm.ociRepository");
    }

    [Fact]
    public void Names_are_labels()
    {
        Faults(e => DeploymentValidator.Check(Raw with { Metadata = new ObjectMeta { Name = "a.b" } }, null, e))
            .ShouldHaveSingleItem().ShouldStartWith("metadata.name: Invalid value: \"a.b\"");
    }

    [Fact]
    public void Resources_have_names_that_templates_can_use()
    {
        NamedResourceReference Resource(string name, string kind = "Secret", string version = "v1") => new()
        {
            Name = name,
            ResourceRef = new CrossVersionObjectReference { ApiVersion = version, Kind = kind, Name = "x" },
        };
        var deployment = Raw with
        {
            Resources =
            [
                Resource("one"), Resource("one"), Resource(""), Resource("a-b"), Resource("two", "Pod"),
                Resource("three", "ConfigMap", "v2"),
            ],
        };

        Faults(e => DeploymentValidator.Check(deployment, null, e)).Select(f => string.Join(':', f.Split(':')[..2])).ShouldBe(
        [
            "resources[1].name: Duplicate value", "resources[2].name: Required value", "resources[3].name: Invalid value",
            "resources[4].resourceRef.kind: Unsupported value", "resources[5].resourceRef.apiVersion: Unsupported value",
        ]);
    }

    [Theory]
    [InlineData("""{"a":"{{ .resources.one.data.key }} and {{.resources.one.data.other}}"}""")]
    [InlineData("""{"a":{"b":["x",1,null]}}""")]
    public void Values_read_declared_resources(string values) => FaultsOf(values).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"a":{"b":"{{ .resources.two.data.key }}"}}""", "helm.values.a.b", "two")]
    [InlineData("""{"a":"{{ .resources.one.data.tls.crt }}"}""", "helm.values.a", "letters and digits")]
    [InlineData("""{"a":["{{ include \"x\" . }}"]}""", "helm.values.a[0]", "{{ .resources.NAME.data.KEY }}")]
    [InlineData("""{"a":"}} {{"}""", "helm.values.a", "{{ .resources.NAME.data.KEY }}")]
    public void Values_with_other_templates_are_refused_where_they_stand(string values, string path, string why)
    {
        var faults = FaultsOf(values);

        faults.ShouldNotBeEmpty();
        faults[0].ShouldStartWith(path + ": Invalid value: ");
        faults[0].ShouldContain(why);
    }

    private static IReadOnlyList<string> FaultsOf(string values)
    {
        var reference = new CrossVersionObjectReference { ApiVersion = "v1", Kind = "Secret", Name = "x" };
        var deployment = Raw with
        {
            Helm = Raw.Helm! with { Values = System.Text.Json.JsonDocument.Parse(values).RootElement },
            Resources = [new NamedResourceReference { Name = "one", ResourceRef = reference }],
        };
        return Faults(e => DeploymentValidator.Check(deployment, null, e));
    }

    private static ControllerDeployment WithChart(OCIRepository repository) =>
        Empty with { Helm = new HelmControllerDeployment { OciRepository = repository } };

    private static IReadOnlyList<string> FaultsOf(OCIRepository repository) =>
        Faults(e => DeploymentValidator.Check(WithChart(repository), null, e));

    private static ControllerDeployment Annotated(ControllerDeployment value, string field, string text) => value with
    {
        Metadata = value.Metadata with
        {
            Annotations = new Dictionary<string, string> { ["migration.controllerdeployment.gardener.cloud/" + field] = text },
        },
    };
}
