using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Defaults of pod specs that a schema cannot say, for pods and pod templates alike.</summary>
internal static class PodSpecDefaults
{
    private const int FileMode = 420;

    /// <summary>Defaults of a pod itself; templates leave these to the pods made of them.</summary>
    public static void ApplyToPod(JsonObject spec)
    {
        Apply(spec);
        spec.Default("enableServiceLinks", true);
        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")))
        {
            if (container.Map("resources", "limits") is not { } limits)
            {
                continue;
            }

            var requests = container.Ensure("resources", "requests");
            foreach (var (name, value) in limits)
            {
                requests.Default(name, value?.DeepClone());
            }
        }
    }

    public static void Apply(JsonObject spec)
    {
        spec.Default("restartPolicy", "Always");
        spec.Default("dnsPolicy", "ClusterFirst");
        spec.Default("schedulerName", "default-scheduler");
        spec.Default("terminationGracePeriodSeconds", 30);
        spec.Default("securityContext", new JsonObject());
        if (spec.Text("serviceAccount") is { Length: > 0 } deprecated)
        {
            spec.Default("serviceAccountName", deprecated);
        }

        foreach (var volume in spec.Items("volumes"))
        {
            ApplyToVolume(volume);
        }

        var hostNetwork = spec.Flag("hostNetwork") == true;
        foreach (var field in new[] { "initContainers", "containers", "ephemeralContainers" })
        {
            foreach (var container in spec.Items(field))
            {
                ApplyToContainer(container, hostNetwork);
            }
        }
    }

    /// <summary>Guaranteed when all containers limit cpu and memory to what they request, BestEffort when none asks for
    /// anything.</summary>
    public static string QualityOfService(JsonObject spec)
    {
        var any = false;
        var guaranteed = true;
        foreach (var container in spec.Items("initContainers").Concat(spec.Items("containers")))
        {
            foreach (var resource in new[] { "cpu", "memory" })
            {
                var request = container.At("resources", "requests", resource)?.ToString();
                var limit = container.At("resources", "limits", resource)?.ToString();
                any |= request is not null || limit is not null;
                guaranteed &= limit is not null && (request is null || request == limit);
            }
        }

        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    private static void ApplyToContainer(JsonObject container, bool hostNetwork)
    {
        container.Default("resources", new JsonObject());
        container.Default("terminationMessagePath", "/dev/termination-log");
        container.Default("terminationMessagePolicy", "File");
        container.Default("imagePullPolicy", HasFixedTag(container.Text("image") ?? "") ? "IfNotPresent" : "Always");
        foreach (var port in container.Items("ports"))
        {
            port.Default("protocol", "TCP");
            if (hostNetwork && port["containerPort"] is { } number)
            {
                port.Default("hostPort", number.DeepClone());
            }
        }

        foreach (var variable in container.Items("env"))
        {
            variable.Map("valueFrom", "fieldRef")?.Default("apiVersion", "v1");
        }

        foreach (var name in new[] { "livenessProbe", "readinessProbe", "startupProbe" })
        {
            if (container.Map(name) is { } probe)
            {
                ApplyToProbe(probe);
            }
        }
    }

    private static void ApplyToProbe(JsonObject probe)
    {
        probe.Default("timeoutSeconds", 1);
        probe.Default("periodSeconds", 10);
        probe.Default("successThreshold", 1);
        probe.Default("failureThreshold", 3);
        if (probe.Map("httpGet") is { } http)
        {
            http.Default("path", "/");
            http.Default("scheme", "HTTP");
        }
    }

    private static void ApplyToVolume(JsonObject volume)
    {
        foreach (var sort in new[] { "secret", "configMap", "downwardAPI", "projected" })
        {
            volume.Map(sort)?.Default("defaultMode", FileMode);
        }

        foreach (var source in volume.Items("projected", "sources"))
        {
            source.Map("serviceAccountToken")?.Default("expirationSeconds", 3600);
            foreach (var item in source.Items("downwardAPI", "items"))
            {
                item.Map("fieldRef")?.Default("apiVersion", "v1");
            }
        }

        foreach (var item in volume.Items("downwardAPI", "items"))
        {
            item.Map("fieldRef")?.Default("apiVersion", "v1");
        }

        volume.Map("hostPath")?.Default("type", "");
        if (volume.Count == 1 && volume["name"] is not null)
        {
            volume["emptyDir"] = new JsonObject();
        }
    }

    private static bool HasFixedTag(string image)
    {
        if (image.Contains('@', StringComparison.Ordinal))
        {
            return true;
        }

        var tag = image.LastIndexOf(':');
        return tag > image.LastIndexOf('/') && image[(tag + 1)..] != "latest";
    }
}
