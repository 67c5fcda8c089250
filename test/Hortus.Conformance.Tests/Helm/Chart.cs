using Hortus.Conformance.Tests.Running;

namespace Hortus.Conformance.Tests.Helm;

/// <summary>The charts of the helm tests, written to a folder.</summary>
internal static class Chart
{
    /// <summary>A deployment with its settings, a hook before it comes, and a test.</summary>
    public static string Shop(string folder, string version = "1.0.0") => Write(folder, "shop", version, new()
    {
        ["values.yaml"] = "replicas: 1\ncolour: red\nready: true\nhook: true\n",
        ["templates/settings.yaml"] = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: "{{ .Release.Name }}-settings"}
            data: {colour: "{{ .Values.colour }}", version: "{{ .Chart.Version }}"}
            """,
        ["templates/deployment.yaml"] = $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: "{{ .Release.Name }}"}
            spec:
              replicas: {{ .Values.replicas }}
              progressDeadlineSeconds: 20
              selector: {matchLabels: {app: "{{ .Release.Name }}"}}
              template:
                metadata: {labels: {app: "{{ .Release.Name }}"}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers:
                  - name: main
                    image: {{ if .Values.ready }}{{{Cluster.Pause}}}{{ else }}registry.example.org/nobody-knows:1{{ end }}
                    env: [{name: COLOUR, value: "{{ .Values.colour }}"}]
            """,
        ["templates/service.yaml"] = """
            apiVersion: v1
            kind: Service
            metadata: {name: "{{ .Release.Name }}"}
            spec: {selector: {app: "{{ .Release.Name }}"}, ports: [{port: 80}]}
            """,
        ["templates/hook.yaml"] = $$$"""
            {{ if .Values.hook }}
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: "{{ .Release.Name }}-prepare"
              annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  containers: [{name: main, image: "{{{Cluster.Shell}}}", command: [sh, -c, "exit 0"]}]
            {{ end }}
            """,
        ["templates/tests/check.yaml"] = $$$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: "{{ .Release.Name }}-check"
              annotations: {helm.sh/hook: test, helm.sh/hook-delete-policy: before-hook-creation}
            spec:
              restartPolicy: Never
              containers: [{name: main, image: "{{{Cluster.Shell}}}", command: [sh, -c, "test {{ .Values.colour }} != black"]}]
            """,
    });

    /// <summary>A definition and an object of it.</summary>
    public static string Garden(string folder, string group) => Write(folder, "garden", "1.0.0", new()
    {
        ["crds/roses.yaml"] = $$$"""
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: roses.{{{group}}}}
            spec:
              group: {{{group}}}
              scope: Namespaced
              names: {plural: roses, singular: rose, kind: Rose}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec: {type: object, properties: {colour: {type: string, default: red}, thorns: {type: integer} } }
            """,
        ["templates/rose.yaml"] = $$$"""
            apiVersion: {{{group}}}/v1
            kind: Rose
            metadata: {name: first}
            spec: {thorns: 7}
            """,
    });

    private static string Write(string folder, string name, string version, Dictionary<string, string> files)
    {
        var chart = Path.Combine(folder, $"{name}-{version}");
        files["Chart.yaml"] = $"apiVersion: v2\nname: {name}\nversion: {version}\n";
        foreach (var (file, content) in files)
        {
            var path = Path.Combine(chart, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }

        return chart;
    }
}
