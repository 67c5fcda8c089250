using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Tests;

public class BuiltInKindsTests
{
    [Fact]
    public void List_HasEveryDeclaredKindOfTheNamespace()
    {
        var declared = typeof(BuiltInKinds).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(BuiltInKinds).Namespace && ResourceKind.Find(t) is not null);

        BuiltInKinds.All.ShouldBe(declared, ignoreOrder: true);
    }

    [Fact]
    public void Kinds_AreUniqueByResource() =>
        BuiltInKinds.All.Select(t => ResourceKind.Find(t)!.GroupVersionResource).ShouldBeUnique();
}
