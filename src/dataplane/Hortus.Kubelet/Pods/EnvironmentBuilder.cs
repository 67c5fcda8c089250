using System.Text;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Pods;

/// <summary>Makes the environment of a container.</summary>
internal sealed class EnvironmentBuilder(PodObjects objects)
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <exception cref="PodWaitException">A referenced object or key is missing.</exception>
    public async Task<IReadOnlyDictionary<string, string>> BuildAsync(
        Pod pod, Container container, PodPlace place, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = DefaultPath,
            ["HOME"] = "/root",
            ["HOSTNAME"] = pod.Hostname(place.NodeName),
        };
        // A .NET runtime that is not in its default place.
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } dotnet)
        {
            values["DOTNET_ROOT"] = dotnet;
        }

        await AddServicesAsync(pod, values, cancellationToken);
        foreach (var source in container.EnvFrom ?? [])
        {
            await AddSourceAsync(pod, source, values, cancellationToken);
        }

        foreach (var variable in container.Env ?? [])
        {
            if (variable.ValueFrom is null)
            {
                values[variable.Name] = Expansion.Expand(variable.Value ?? "", values);
            }
            else if (await ResolveAsync(pod, container, place, variable.ValueFrom, cancellationToken) is { } value)
            {
                values[variable.Name] = value;
            }
        }

        return values;
    }

    private async Task AddServicesAsync(Pod pod, Dictionary<string, string> values, CancellationToken cancellationToken)
    {
        // Pods without a service account token (static pods among them) do not talk to the API server by these
        // variables.
        if (pod.IsStatic())
        {
            return;
        }

        var service = await objects.FindAsync<Service>(new ObjectKey("default", "kubernetes"), cancellationToken);
        if (service?.Spec.ClusterIP is not { } address)
        {
            return;
        }

        var port = (service.Spec.Ports is { Count: > 0 } ports ? ports[0].Port : 443).ToString();
        values["KUBERNETES_SERVICE_HOST"] = address;
        values["KUBERNETES_SERVICE_PORT"] = port;
        values["KUBERNETES_SERVICE_PORT_HTTPS"] = port;
        values["KUBERNETES_PORT"] = $"tcp://{address}:{port}";
    }

    private async Task AddSourceAsync(
        Pod pod, EnvFromSource source, Dictionary<string, string> values, CancellationToken cancellationToken)
    {
        var @namespace = pod.Metadata.Namespace;
        var data = source switch
        {
            { ConfigMapRef: { } map } =>
                (await objects.NeedAsync<ConfigMap>(
                    new(@namespace, map.Name), map.Optional == true, cancellationToken))?.Data,
            { SecretRef: { } secret } =>
                (await objects.NeedAsync<Secret>(
                    new(@namespace, secret.Name), secret.Optional == true, cancellationToken))?.Data?
                    .ToDictionary(p => p.Key, p => Encoding.UTF8.GetString(p.Value)),
            _ => null,
        };
        foreach (var (key, value) in data ?? new Dictionary<string, string>())
        {
            values[source.Prefix + key] = value;
        }
    }

    private async Task<string?> ResolveAsync(
        Pod pod, Container container, PodPlace place, EnvVarSource source, CancellationToken cancellationToken)
    {
        var @namespace = pod.Metadata.Namespace;
        switch (source)
        {
            case { FieldRef: { } field }:
                return DownwardApi.Field(pod, place, field.FieldPath);
            case { ResourceFieldRef: { } resource }:
                var of = pod.Spec.Containers.FirstOrDefault(c => c.Name == resource.ContainerName) ?? container;
                return DownwardApi.Resource(of, resource);
            case { ConfigMapKeyRef: { } reference }:
                var map = await objects.NeedAsync<ConfigMap>(
                    new(@namespace, reference.Name), reference.Optional == true, cancellationToken);
                return Require(
                    map?.Data?.GetValueOrDefault(
                        reference.Key), "ConfigMap", @namespace, reference.Name, reference.Key, reference.Optional);
            case { SecretKeyRef: { } reference }:
                var secret = await objects.NeedAsync<Secret>(
                    new(@namespace, reference.Name), reference.Optional == true, cancellationToken);
                var bytes = secret?.Data?.GetValueOrDefault(reference.Key);
                var text = bytes is null ? null : Encoding.UTF8.GetString(bytes);
                return Require(text, "Secret", @namespace, reference.Name, reference.Key, reference.Optional);
            default:
                return "";
        }
    }

    private static string? Require(
        string? value, string kind, string? @namespace, string name, string key, bool? optional) =>
        value is null && optional != true
            ? throw new PodWaitException(
                PodWaitException.ConfigError, $"{kind} {@namespace}/{name} has no key \"{key}\"")
            : value;
}
