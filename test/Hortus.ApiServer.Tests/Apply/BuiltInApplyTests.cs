using System.Text.Json.Nodes;
using Hortus.ApiServer.Apply;
using Hortus.ApiServer.Patching;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Tests.Apply;

/// <summary>The operations on a schema built from a real type.</summary>
public class BuiltInApplyTests
{
    private const string Text = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"default","labels":{"app":"web"}},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
          "template":{"metadata":{"labels":{"app":"web"}},
           "spec":{"containers":[{"name":"web","image":"nginx:1","env":[{"name":"A","value":"1"}],
             "ports":[{"containerPort":80,"protocol":"TCP"},{"containerPort":80,"protocol":"UDP"}],
             "resources":{"requests":{"cpu":"100m","memory":"64Mi"}},
             "volumeMounts":[{"name":"v","mountPath":"/v"}]}],
            "volumes":[{"name":"v","emptyDir":{}}],
            "tolerations":[{"key":"a","operator":"Exists"}]}}}}
        """;

    private static readonly SchemaNode Schema = SchemaBuilder.For(typeof(Deployment));

    [Fact]
    public void Deployment_IsKnownAndValid()
    {
        var value = JsonText.Obj(Text);

        StructuralSchema.Prune(value, Schema).ShouldBeEmpty();
        StructuralSchema.ApplyDefaults(value, Schema);

        StructuralSchema.Validate(value, null, Schema).All.ShouldBeEmpty();
    }

    [Fact]
    public void Deployment_ApplyOfOneContainerField_LeavesTheRest()
    {
        var live = FieldManagement.Update(null, JsonText.Obj(Text), Schema, Writer("kubectl"));

        var applied = FieldManagement.Apply(live, JsonText.Obj("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
             "spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"B","value":"2"}]}]}}}}
            """), Schema, Writer("helm"), force: false);

        var container = applied["spec"]!["template"]!["spec"]!["containers"]!.AsArray().ShouldHaveSingleItem()!;
        container["image"]!.GetValue<string>().ShouldBe("nginx:1");
        container["env"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public void Deployment_StrategicPatchOfOneContainer_KeepsIt()
    {
        var patched = StrategicMergePatch.Apply(JsonText.Obj(Text), JsonText.Obj("""
            {"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}],"tolerations":[]}}}}
            """), Schema);

        var pod = patched["spec"]!["template"]!["spec"]!;
        pod["containers"]![0]!["volumeMounts"].ShouldNotBeNull();
        pod["containers"]![0]!["image"]!.GetValue<string>().ShouldBe("nginx:2");
        pod["tolerations"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public void Deployment_UnknownFieldInsideALists_IsNamed()
    {
        var value = JsonText.Obj(Text);
        value["spec"]!["template"]!["spec"]!["containers"]![0]!["imagePullPolice"] = "Always";

        StructuralSchema.Prune(value, Schema).ShouldBe(["spec.template.spec.containers[0].imagePullPolice"]);
    }

    [Fact]
    public void Selector_HasOneOwnerAsAWhole()
    {
        var live = FieldManagement.Update(null, JsonText.Obj(Text), Schema, Writer("kubectl"));

        ((JsonObject)live["metadata"]!["managedFields"]![0]!["fieldsV1"]!["f:spec"]!["f:selector"]!).Count.ShouldBe(0);
    }

    private static FieldWriter Writer(string manager) => new(manager, "apps/v1", "", new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
}
