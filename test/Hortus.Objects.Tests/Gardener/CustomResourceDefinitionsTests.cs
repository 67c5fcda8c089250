using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Machine;
using Worker = Hortus.Objects.Gardener.Extensions.Worker;
using WorkerSpec = Hortus.Objects.Gardener.Extensions.WorkerSpec;

namespace Hortus.Objects.Tests.Gardener;

public class CustomResourceDefinitionsTests
{
    [Fact]
    public void Worker_GetsNamesColumnsAndSchemaFromItsType()
    {
        var definition = CustomResourceDefinitions.For(typeof(Worker));

        definition.Metadata.Name.ShouldBe("workers.extensions.gardener.cloud");
        definition.Spec.Scope.ShouldBe("Namespaced");
        definition.Spec.Names.ListKind.ShouldBe("WorkerList");
        var version = definition.Spec.Versions.ShouldHaveSingleItem();
        version.Subresources!.Status.ShouldNotBeNull();
        version.AdditionalPrinterColumns!.Select(c => c.Name).ShouldBe(["Type", "Region", "Status", "Age"]);
        var pool = version.Schema!.OpenAPIV3Schema!.Properties!["spec"].Properties!["pools"].Items!;
        pool.Required!.ShouldContain("machineType");
        pool.Properties!["maxSurge"].XIntOrString.ShouldBe(true);
    }

    [Fact]
    public void MachineDeployment_HasAScaleSubresource() =>
        CustomResourceDefinitions.For(typeof(MachineDeployment)).Spec.Versions[0].Subresources!.Scale!
            .SpecReplicasPath.ShouldBe(".spec.replicas");

    [Fact]
    public void TypeWithoutNames_IsRefused() =>
        Should.Throw<ArgumentException>(
            () => CustomResourceDefinitions.For(typeof(WorkerSpec))).Message.ShouldContain("WorkerSpec");

    [Fact]
    public void CommittedManifests_AreThoseOfTheTypes()
    {
        var folder = Folders.Above(Path.Combine("charts", "crds")).ShouldNotBeNull();
        Type[] kinds = [.. GardenerKinds.SeedCrds, .. GardenerKinds.RuntimeCrds];

        foreach (var kind in kinds)
        {
            var name = CustomResourceDefinitions.ManifestName(kind);
            File.ReadAllText(Path.Combine(folder, name)).ShouldBe(
                CustomResourceDefinitions.Manifest(kind), $"{name} is stale: run make crds");
        }

        Directory.GetFiles(folder, "*.yaml").Length.ShouldBe(kinds.Length);
    }

    [Fact]
    public void EveryField_HasADescription()
    {
        var silent = GardenTypes()
            .SelectMany(t => SchemaBuilder.For(t).Properties
                .Where(p => p.Value.Description.Length == 0 && p.Key is not ("apiVersion" or "kind"))
                .Select(p => $"{t.FullName}.{p.Key}"));

        silent.ShouldBeEmpty();
    }

    [Fact]
    public void EveryKindOfTheAssembly_IsInAList()
    {
        // Requests are answered, never stored.
        var declared = GardenTypes().Where(t =>
            ResourceKind.Find(t) is not null && !t.Name.EndsWith("Request", StringComparison.Ordinal));

        declared.Except(GardenerKinds.All).ShouldBeEmpty();
    }

    private static IEnumerable<Type> GardenTypes() =>
        typeof(GardenerKinds).Assembly.GetTypes().Where(t =>
            t.Namespace?.StartsWith("Hortus.Objects.Gardener", StringComparison.Ordinal) == true
            && t.IsAssignableTo(typeof(ApiType)));
}
