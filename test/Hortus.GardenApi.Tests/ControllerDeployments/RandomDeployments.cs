using System.Text;
using System.Text.Json.Nodes;

namespace Hortus.GardenApi.Tests.ControllerDeployments;

/// <summary>ControllerDeployments with everything that their fields can hold, made from a seed.</summary>
internal sealed class RandomDeployments(int seed)
{
    private const string Odd = "aZ09-_./:{}\"\\'<>&+ \n\t\u00e4\u4e2d\ud83c\udf31";
    private readonly Random random = new(seed);

    /// <summary>An object of v1: a Helm chart, or what another controller understands.</summary>
    public JsonObject Stored()
    {
        var value = new JsonObject { ["apiVersion"] = "core.gardener.cloud/v1", ["kind"] = "ControllerDeployment" };
        var annotations = Annotations();
        if (Chance(70))
        {
            value["helm"] = Helm("rawChart");
        }
        else
        {
            annotations["migration.controllerdeployment.gardener.cloud/type"] = "custom-" + Name();
            if (Chance(70))
            {
                annotations["migration.controllerdeployment.gardener.cloud/providerConfig"] = Compact(Content(0));
            }
        }

        if (Chance(50))
        {
            value["resources"] = Resources();
        }

        return Complete(value, annotations);
    }

    /// <summary>An object of v1beta1.</summary>
    public JsonObject Older()
    {
        var value = new JsonObject { ["apiVersion"] = "core.gardener.cloud/v1beta1", ["kind"] = "ControllerDeployment" };
        var annotations = Annotations();
        if (Chance(70))
        {
            value["type"] = "helm";
            value["providerConfig"] = Helm("chart");
        }
        else
        {
            value["type"] = "custom-" + Name();
            if (Chance(70))
            {
                value["providerConfig"] = Content(0);
            }
        }

        if (Chance(30))
        {
            annotations["migration.controllerdeployment.hortus.dev/resources"] = Compact(Resources());
        }

        return Complete(value, annotations);
    }

    private JsonObject Complete(JsonObject value, JsonObject annotations)
    {
        var metadata = new JsonObject { ["name"] = Name() };
        if (annotations.Count > 0)
        {
            metadata["annotations"] = annotations;
        }

        if (Chance(40))
        {
            metadata["labels"] = new JsonObject { [Name()] = Name() };
        }

        value["metadata"] = metadata;
        if (Chance(50))
        {
            value["injectGardenKubeconfig"] = Chance(50);
        }

        return value;
    }

    private JsonObject Annotations()
    {
        var annotations = new JsonObject();
        for (var i = random.Next(3); i > 0; i--)
        {
            annotations["example.org/" + Name()] = Text();
        }

        return annotations;
    }

    private JsonObject Helm(string chart)
    {
        var helm = new JsonObject();
        if (Chance(50))
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            helm[chart] = Convert.ToBase64String(bytes);
        }

        if (Chance(60))
        {
            helm["values"] = Content(0);
        }

        if (Chance(50))
        {
            var repository = new JsonObject();
            foreach (var field in new[] { "ref", "repository", "tag", "digest" }.Where(_ => Chance(40)))
            {
                repository[field] = Text();
            }

            if (Chance(30))
            {
                repository["pullSecretRef"] = new JsonObject { ["name"] = Name() };
            }

            helm["ociRepository"] = repository;
        }

        return helm;
    }

    private JsonArray Resources() =>
    [
        .. Enumerable.Range(0, random.Next(4)).Select(i => (JsonNode)new JsonObject
        {
            ["name"] = $"r{i}",
            ["resourceRef"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = Chance(50) ? "Secret" : "ConfigMap", ["name"] = Name() },
        }),
    ];

    private JsonNode? Content(int depth) => random.Next(depth > 3 ? 6 : 9) switch
    {
        0 => null,
        1 => Chance(50),
        2 => JsonNode.Parse($"{random.Next()}.{random.Next(1000):000}0"),
        3 => JsonNode.Parse("9007199254740993"),
        4 or 5 => Text(),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Content(depth + 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(5)).Select(i => KeyValuePair.Create(Text() + i, Content(depth + 1)))),
    };

    private string Name() => $"n{random.Next(1000)}";

    private string Text()
    {
        var text = new StringBuilder();
        for (var i = random.Next(12); i > 0; i--)
        {
            text.Append(Odd.EnumerateRunes().ElementAt(random.Next(Odd.EnumerateRunes().Count())).ToString());
        }

        return text.ToString();
    }

    private bool Chance(int percent) => random.Next(100) < percent;

    private static string Compact(JsonNode? content) => GardenApi.ControllerDeployments.DeploymentConverter.Text(content);
}
